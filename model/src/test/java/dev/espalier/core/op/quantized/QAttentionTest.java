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
                graph (x: uint8[2,3,8]) -> (y)
                w: int8[8,24] = seed(1)
                b: float[24] = seed(2)
                s: float[] = 0.1
                z: uint8[] = 3
                wz: int8[] = 0
                past: float[2,2,2,5,4] = seed(3)
                """,
        calls = {
            "y = com.microsoft::QAttention(x, w, b, s, s, \"\", z, wz) {num_heads=2}",
            "y, p = com.microsoft::QAttention(x, w, b, s, s, \"\", z, wz, past) {num_heads=2, unidirectional=1}"
        },
        withoutSlope = "computes on bytes")
class QAttentionTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (x: uint8[2,3,8]) -> (y)
                w: int8[8,24] = seed(1)
                b: float[24] = seed(2)
                s: float[] = 0.1
                past: float[2,2,2,5,4] = seed(3)
                %s
                """
                        .formatted(node));
    }

    @Test
    void itHasTheShapesAndCostOfAFloatOne() {
        OperatorProbe attention =
                probe(
                        "y, p = com.microsoft::QAttention(x, w, b, s, s, \"\", \"\", \"\", past) {num_heads=2}");

        assertThat(attention.types()).containsExactly("float[2,3,8]", "float[2,2,2,8,4]");
        assertThat(attention.macs()).isEqualTo(2 * 3 * 8 * 24 + 2 * 2 * 3 * 8 * (4 + 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::QAttention(x, w, b, s, s)                 | num_heads is missing",
                "y = com.microsoft::QAttention(x, w, b, s, s) {num_heads=5}    | num_heads 5 does not divide",
                "y = com.microsoft::QAttention(x, w, b, s) {num_heads=2}       | has no input 4",
                "y = com.microsoft::QAttention(x, b, b, s, s) {num_heads=2}    | input 1 'b'",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
