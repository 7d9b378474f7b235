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
                graph (x: float[2,4,3,2]) -> (y)
                """,
        calls = {
            "y = MeanVarianceNormalization(x)",
            "y = MeanVarianceNormalization(x) {axes=[1, 3]}",
            "y = MeanVarianceNormalization(x) {axes=[-2, 2]}"
        })
@OperatorExamples(
        given =
                """
                opset 9
                graph (x: float[2,4,3,2]) -> (y)
                """,
        calls = {"y = MeanVarianceNormalization(x)"})
class MeanVarianceNormalizationTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,4,3,2], v: float[N,4]) -> (y)
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void allAxesButTheChannelsAreNormalizedUnlessAxesAreGiven() {
        OperatorProbe norm = probe("MeanVarianceNormalization(x)").linked();

        assertThat(norm.types()).containsExactly("float[N,4,3,2]");
        assertThat(norm.partners("x", 1, 3)).containsExactly("y.1.3");
        assertThat(norm.isFree("y", 1)).isTrue();
        assertThat(norm.isFree("y", 0)).isFalse();
        assertThat(norm.isFree("y", 2)).isFalse();
        assertThat(norm.isFree("y", 3)).isFalse();
    }

    @Test
    void channelsThatAreNormalizedOverStay() {
        OperatorProbe norm = probe("MeanVarianceNormalization(x) {axes=[-3]}").linked();

        assertThat(norm.isFree("y", 1)).isFalse();
        assertThat(norm.isFree("y", 2)).isTrue();
        assertThat(norm.isHomogeneous(0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MeanVarianceNormalization(x) {axes=[4]} | axes is 4, expected -4 to 3",
                "MeanVarianceNormalization(v)            | axis 2 does not exist in a tensor of rank 2",
                "MeanVarianceNormalization(x) {axes=1}   | attribute axes is of another kind",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
