package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,5,3,2]) -> (y)
                """,
        calls = {
            "y = LRN(x) {size=3}",
            "y = LRN(x) {size=1, alpha=0.5, beta=1.5, bias=2.0}",
            "y = LRN(x) {size=15, alpha=0.5}"
        })
class LRNTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,5,3,2], line: float[3]) -> (y)
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void neighboursStayWhereTheyAre() {
        OperatorProbe norm = probe("LRN(x) {size=3}").linked();

        assertThat(norm.types()).containsExactly("float[N,5,3,2]");
        assertThat(norm.isFree("y", 1)).isFalse();
        assertThat(norm.freezes())
                .containsExactly("y.1: each channel is divided by a sum over neighbours");
        assertThat(norm.partners("x", 2, 1)).containsExactly("y.2.1");
        assertThat(norm.isHomogeneous(0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LRN(x)                  | size is missing",
                "LRN(x) {size=0}         | size is 0, expected at least 1",
                "LRN(x) {size=3, beta=1} | attribute beta is of another kind",
                "LRN(line) {size=3}      | has no channels",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
