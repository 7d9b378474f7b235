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
                graph (x: float[2,4,3,3], line: float[2,4,5]) -> (y)
                s: float[4] = seed(1)
                b: float[4] = seed(2)
                """,
        calls = {
            "y = InstanceNormalization(x, s, b)",
            "y = InstanceNormalization(line, s, b) {epsilon=0.1}"
        })
class InstanceNormalizationTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,4,3,3]) -> (y)
                s: float[4] = seed(1)
                b: float[4] = seed(2)
                long: float[5] = seed(3)
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void aChannelGoesWithItsScaleAndBias() {
        OperatorProbe norm = probe("InstanceNormalization(x, s, b)").linked();

        assertThat(norm.types()).containsExactly("float[N,4,3,3]");
        assertThat(norm.partners("x", 1, 2)).containsExactly("b.0.2", "s.0.2", "y.1.2");
        assertThat(norm.isFree("y", 1)).isTrue();
        assertThat(norm.isFree("y", 2)).isFalse();
        assertThat(norm.isFree("y", 3)).isFalse();
    }

    @Test
    void onlyScaleAndBiasTogetherPassAFactorOn() {
        OperatorProbe norm = probe("InstanceNormalization(x, s, b)");

        assertThat(norm.isHomogeneous(1, 2)).isTrue();
        assertThat(norm.isHomogeneous(0)).isFalse();
        assertThat(norm.isHomogeneous(1)).isFalse();
        assertThat(norm.isHomogeneous(0, 1, 2)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "InstanceNormalization(x, s)              | has no input 2",
                "InstanceNormalization(x, s, long)        | input 2 'long' has the shape [5]",
                "InstanceNormalization(x, s, b) {epsilon=1} | attribute epsilon is of another kind",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
