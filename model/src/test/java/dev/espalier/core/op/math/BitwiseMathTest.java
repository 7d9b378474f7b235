package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Tensor;
import dev.espalier.testkit.OperatorExamples;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                opset 18
                graph (x: int64[2,3]) -> (y)
                c: int64[3] = [1, 6, 12]
                u: uint8[3] = [1, 200, 255]
                by: uint8[3] = [0, 1, 7]
                """,
        calls = {
            "y = BitwiseAnd(x, c)",
            "y = BitwiseOr(x, c)",
            "y = BitwiseXor(c, x)",
            "y = BitwiseXor(u, by)",
            "y = BitShift(u, by) {direction=\"LEFT\"}",
            "y = BitShift(u, by) {direction=\"RIGHT\"}"
        },
        withoutSlope = "computes on integers")
class BitwiseMathTest {
    private static Optional<Tensor> folded(String node) {
        return ShapeInference.of(
                        GraphText.parse(
                                """
                                opset 18
                                graph () -> (y)
                                a: uint8[2] = [12, 200]
                                b: uint8[2] = [10, 1]
                                f: float[2]
                                i: int8[2]
                                far: uint8[] = 8
                                y = %s
                                """
                                        .formatted(node)))
                .constant("y");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BitwiseAnd(a, b) | 8 | 0",
                "BitwiseOr(a, b) | 14 | 201",
                "BitwiseXor(a, b) | 6 | 201",
            })
    void bitsOfConstantsAreComputed(String node, long first, long second) {
        assertThat(folded(node).orElseThrow().toLongs()).containsExactly(first, second);
    }

    @Test
    void whatIsShiftedOutOfTheTypeIsLost() {
        assertThat(folded("BitShift(b, b) {direction=\"LEFT\"}")).isEmpty();
        assertThat(folded("BitShift(a, far) {direction=\"RIGHT\"}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BitwiseAnd(a, f) | is float[2], expected integers",
                "BitwiseAnd(a, i) | expected one element type",
                "BitShift(a, b)   | direction is missing",
                "BitShift(a, b) {direction=\"UP\"} | direction is 'UP', expected one of LEFT, RIGHT",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> folded(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
