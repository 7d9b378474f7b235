package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link GlobalMaxPool} and {@link GlobalLpPool}. */
@OperatorExamples(
        given =
                """
                graph (x: float[2,4,3,3], line: float[2,4,5]) -> (y)
                """,
        calls = {
            "y = GlobalMaxPool(x)",
            "y = GlobalMaxPool(line)",
            "y = GlobalLpPool(x)",
            "y = GlobalLpPool(x) {p=3}",
            "y = GlobalLpPool(line) {p=1}"
        })
class GlobalPoolTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,4,3,3], v: float[N]) -> (y)
                y = %s
                """
                        .formatted(node));
    }

    @ParameterizedTest
    @CsvSource({"GlobalMaxPool", "GlobalLpPool", "GlobalAveragePool"})
    void eachChannelBecomesOneNumber(String type) {
        OperatorProbe pool = probe(type + "(x)").linked();

        assertThat(pool.types()).containsExactly("float[N,4,1,1]");
        assertThat(pool.partners("x", 1, 3)).containsExactly("y.1.3");
        assertThat(pool.isFree("x", 2)).isFalse();
        assertThat(pool.isHomogeneous(0)).isTrue();
        assertThat(pool.trains()).isTrue();
    }

    @Test
    void nothingIsSaidWhereTheRankIsNotKnown() {
        OperatorProbe pool =
                OperatorProbe.of(
                        """
                        graph (x: float[*]) -> (y)
                        y = GlobalMaxPool(x)
                        """);

        assertThat(pool.types()).containsExactly("?");
        assertThat(pool.trains()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GlobalMaxPool(v)        | input [N] has no channels",
                "GlobalLpPool(x) {p=0}   | p is 0, expected at least 1",
                "GlobalLpPool(x) {p=2.0} | attribute p is of another kind",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
