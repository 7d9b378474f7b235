package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;

/** Hardmax and Shrink. */
@OperatorExamples(
        given = "graph (x: float[2,3,4]) -> (y)",
        calls = {
            "y = Hardmax(x)",
            "y = Hardmax(x) {axis=1}",
            "y = Shrink(x)",
            "y = Shrink(x) {lambd=0.1, bias=0.05}"
        },
        withoutSlope = "jumps")
@OperatorExamples(given = "opset 11\ngraph (x: float[2,3,4]) -> (y)", calls = "y = Hardmax(x)")
class HardmaxTest {
    private static OperatorProbe probe(int opset, String node) {
        return OperatorProbe.of(
                        "opset %d\ngraph (x: float[N,3,4]) -> (y)\ny = %s".formatted(opset, node))
                .linked();
    }

    @Test
    void theAxisThatIsSearchedStays() {
        assertThat(probe(13, "Hardmax(x)").types()).containsExactly("float[N,3,4]");
        assertThat(probe(13, "Hardmax(x)").isFree("x", 1)).isTrue();
        assertThat(probe(13, "Hardmax(x)").isFree("x", 2)).isFalse();
        assertThat(probe(13, "Hardmax(x) {axis=1}").isFree("x", 2)).isTrue();
        assertThat(probe(11, "Hardmax(x)").isFree("x", 1)).isFalse();
        assertThat(probe(11, "Hardmax(x)").isFree("x", 2)).isFalse();
    }

    @Test
    void shrinkMapsEachNumberOnItsOwn() {
        assertThat(probe(13, "Shrink(x)").partners("x", 1, 2)).containsExactly("y.1.2");
        assertThat(probe(13, "Shrink(x)").isHomogeneous(0)).isFalse();
    }

    @Test
    void anAxisThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> probe(13, "Hardmax(x) {axis=3}"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("axis is 3");
    }
}
