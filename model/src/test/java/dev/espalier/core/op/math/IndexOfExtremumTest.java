package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given = "graph (x: float[2,3,4]) -> (y)",
        calls = {
            "y = ArgMax(x)",
            "y = ArgMax(x) {axis=-1, keepdims=0}",
            "y = ArgMax(x) {axis=1, select_last_index=1}",
            "y = ArgMin(x) {axis=2}",
            "y = ArgMin(x) {axis=1, keepdims=0}"
        },
        withoutSlope = "gives indices")
class IndexOfExtremumTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of("graph (x: float[N,4,5]) -> (y)\ny = " + node);
    }

    @Test
    void theAxisThatIsSearchedStays() {
        OperatorProbe probe = probe("ArgMax(x) {axis=1, keepdims=0}").linked();

        assertThat(probe.types()).containsExactly("int64[N,5]");
        assertThat(probe.partners("x", 2, 3)).containsExactly("y.1.3");
        assertThat(probe.freezes())
                .containsExactly("x.1: the place of the greatest number along it is looked up");
        assertThat(probe("ArgMin(x)").types()).containsExactly("int64[1,4,5]");
        assertThat(probe("ArgMin(x)").isHomogeneous(0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ArgMax(x) {axis=3} | axis is 3, expected -3 to 2",
                "ArgMin(x) {keepdims=-1} | keepdims is -1",
                "ArgMax(x) {select_last_index=5} | select_last_index is 5",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
