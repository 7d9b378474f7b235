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
                opset com.microsoft 1
                graph (x: float[3,4]) -> (y)
                w: float[5,4] = seed(1)
                b: float[5] = seed(2)
                """,
        calls = {
            "y = com.microsoft::FusedGemm(x, w, b) {activation=\"Relu\", transB=1}",
            "y = com.microsoft::FusedGemm(x, w) {activation=\"Tanh\", transB=1, alpha=0.5}"
        },
        withoutSlope = "is the runtime's own and does not train")
class FusedGemmTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (x: float[3,4]) -> (y)
                w: float[5,4] = seed(1)
                b: float[5] = seed(2)
                %s
                """
                        .formatted(node));
    }

    @Test
    void itIsAGemmWithAnActivation() {
        OperatorProbe gemm =
                probe("y = com.microsoft::FusedGemm(x, w, b) {activation=\"Relu\", transB=1}")
                        .linked();

        assertThat(gemm.types()).containsExactly("float[3,5]");
        assertThat(gemm.macs()).isEqualTo(3 * 5 * 4);
        assertThat(gemm.partners("y", 1, 4)).containsExactly("b.0.4", "w.0.4");
        assertThat(gemm.trains()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::FusedGemm(x) {activation=\"Relu\"}                  | has no input 1",
                "y = com.microsoft::FusedGemm(x, w, b) {activation_alpha=1}           | attribute activation_alpha is of another kind",
                "y = com.microsoft::FusedGemm(x, w, b)                                | cannot be multiplied",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
