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
                graph (x: uint8[2,3,5,5]) -> (y)
                w: int8[4,3,3,3] = seed(1)
                z: uint8[] = 3
                wz: int8[] = 0
                """,
        calls = {
            "y = ConvInteger(x, w)",
            "y = ConvInteger(x, w, z, wz) {pads=[1, 1, 1, 1], strides=[2, 2]}"
        },
        withoutSlope = "computes on bytes")
class ConvIntegerTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: uint8[2,3,5,5]) -> (y)
                w: int8[4,3,3,3] = seed(1)
                f: float[4,3,3,3] = seed(2)
                z: uint8[3] = seed(3)
                %s
                """
                        .formatted(node));
    }

    @Test
    void itHasTheShapeAndCostOfAFloatOne() {
        OperatorProbe conv = probe("y = ConvInteger(x, w) {strides=[2, 2]}");

        assertThat(conv.types()).containsExactly("int32[2,4,2,2]");
        assertThat(conv.macs()).isEqualTo(2 * 4 * 4 * 27);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = ConvInteger(x)               | has no input 1",
                "y = ConvInteger(x, f)            | input 1 'f' is float",
                "y = ConvInteger(x, w, z)         | expected one number",
                "y = ConvInteger(x, w) {group=2}  | do not fit in 2 groups",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
