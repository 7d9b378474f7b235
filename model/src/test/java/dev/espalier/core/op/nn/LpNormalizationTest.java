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
                graph (x: float[2,4,3]) -> (y)
                """,
        calls = {
            "y = LpNormalization(x)",
            "y = LpNormalization(x) {axis=1, p=1}",
            "y = LpNormalization(x) {axis=-3}"
        })
class LpNormalizationTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,4,3]) -> (y)
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void theAxisOfTheNormIsFrozenAndTheOthersPassThrough() {
        OperatorProbe norm = probe("LpNormalization(x) {axis=1}").linked();

        assertThat(norm.types()).containsExactly("float[N,4,3]");
        assertThat(norm.isFree("y", 1)).isFalse();
        assertThat(norm.freezes()).containsExactly("y.1: a normalization takes its norm over it");
        assertThat(norm.partners("x", 2, 1)).containsExactly("y.2.1");
        assertThat(norm.isHomogeneous(0)).isFalse();
    }

    @Test
    void theLastAxisIsTheDefault() {
        OperatorProbe norm = probe("LpNormalization(x)").linked();

        assertThat(norm.isFree("y", 1)).isTrue();
        assertThat(norm.isFree("y", 2)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LpNormalization(x) {p=3}     | p is 3, expected 1 to 2",
                "LpNormalization(x) {p=0}     | p is 0, expected 1 to 2",
                "LpNormalization(x) {axis=3}  | axis is 3, expected -3 to 2",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
