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
                graph (x: float[2,3,4]) -> (y)
                w: int8[4,5] = seed(1)
                s: float[] = 0.1
                by: float[5] = seed(2)
                z: int8[] = 0
                b: float[5] = seed(3)
                """,
        calls = {
            "y = com.microsoft::DynamicQuantizeMatMul(x, w, s)",
            "y = com.microsoft::DynamicQuantizeMatMul(x, w, s, z, b)",
            "y = com.microsoft::DynamicQuantizeMatMul(x, w, by)"
        },
        withoutSlope = "computes on bytes")
class DynamicQuantizeMatMulTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (x: float[2,3,4]) -> (y)
                w: int8[4,5] = seed(1)
                s: float[] = 0.1
                v: int8[5,4] = seed(2)
                %s
                """
                        .formatted(node));
    }

    @Test
    void itHasTheShapeAndCostOfAFloatOne() {
        OperatorProbe product = probe("y = com.microsoft::DynamicQuantizeMatMul(x, w, s)");

        assertThat(product.types()).containsExactly("float[2,3,5]");
        assertThat(product.macs()).isEqualTo(2 * 3 * 4 * 5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::DynamicQuantizeMatMul(x, w)     | has no input 2",
                "y = com.microsoft::DynamicQuantizeMatMul(x, s, s)  | input 1 's' is float",
                "y = com.microsoft::DynamicQuantizeMatMul(x, v, s)  | cannot be multiplied",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
