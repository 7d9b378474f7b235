package dev.espalier.core.op.quantized;

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
                graph (x: float[5,2,3]) -> (y)
                w: int8[1,3,16] = seed(1)
                r: int8[1,4,16] = seed(2)
                b: float[1,32] = seed(3)
                s: float[1] = [0.1]
                z: int8[1] = [0]
                """,
        calls = {
            "y, yh, yc = com.microsoft::DynamicQuantizeLSTM(x, w, r, b, \"\", \"\", \"\", \"\", s, z, s, z) {hidden_size=4}",
            "\"\", y = com.microsoft::DynamicQuantizeLSTM(x, w, r, \"\", \"\", \"\", \"\", \"\", s, z, s, z) {hidden_size=4, direction=\"reverse\"}"
        },
        withoutSlope = "computes on bytes")
class DynamicQuantizeLSTMTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (x: float[5,2,3]) -> (y)
                w: int8[1,3,16] = seed(1)
                r: int8[1,4,16] = seed(2)
                f: float[1,3,16] = seed(3)
                b: float[1,16] = seed(4)
                %s
                """
                        .formatted(node));
    }

    @Test
    void itHasTheShapesAndCostOfAFloatOne() {
        OperatorProbe layer =
                probe("y, h, c = com.microsoft::DynamicQuantizeLSTM(x, w, r) {hidden_size=4}");

        assertThat(layer.types()).containsExactly("float[5,1,2,4]", "float[1,2,4]", "float[1,2,4]");
        assertThat(layer.macs()).isEqualTo(5 * 2 * 16 * (3 + 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::DynamicQuantizeLSTM(x, w, r)                     | hidden_size is missing",
                "y = com.microsoft::DynamicQuantizeLSTM(x, w, r) {hidden_size=5}      | expected [1,3,20]",
                "y = com.microsoft::DynamicQuantizeLSTM(x, f, r) {hidden_size=4}      | input 1 'f' is float",
                "y = com.microsoft::DynamicQuantizeLSTM(x, w, r, b) {hidden_size=4}   | expected [1,32]",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
