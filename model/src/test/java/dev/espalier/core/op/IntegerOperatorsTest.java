package dev.espalier.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;

/** The operators that compute on bytes have the rules of the float ones that they stand for. */
@OperatorExamples(
        given =
                """
                opset com.microsoft 1
                graph (x: uint8[2,3,5,5], m: uint8[2,4]) -> (y)
                s: float[] = 0.1
                z: uint8[] = 3
                ws: float[] = 0.2
                wz: int8[] = 0
                w: int8[4,3,3,3] = seed(1)
                b: int32[4] = seed(2)
                v: int8[4,3] = seed(3)
                c: int32[3] = seed(4)
                """,
        calls = {
            "y = QLinearConv(x, s, z, w, ws, wz, s, z, b) {pads=[1, 1, 1, 1]}",
            "y = QLinearMatMul(m, s, z, v, ws, wz, s, z)",
            "y = com.microsoft::QGemm(m, s, z, v, ws, wz, c, s, z)",
            "y = com.microsoft::QGemm(m, s, z, v, ws, wz, c)",
            "y = com.microsoft::QLinearConcat(s, z, x, s, z, x, s, z) {axis=1}",
            "y = com.microsoft::QLinearAveragePool(x, s, z, s, z) {kernel_shape=[2, 2]}",
            "y = com.microsoft::QLinearGlobalAveragePool(x, s, z, s, z)",
            "y = com.microsoft::QLinearLeakyRelu(x, s, z, s, z)",
            "y = com.microsoft::QLinearSigmoid(x, s, z, s, z)",
            "y = com.microsoft::QLinearAdd(x, s, z, x, s, z, s, z)",
            "y = com.microsoft::QLinearMul(x, s, z, x, s, z, s, z)"
        },
        withoutSlope = "computes on bytes")
class IntegerOperatorsTest {
    private static final String GRIDS =
            """
            s: float[] = 0.1
            z: uint8[] = 3
            ws: float[] = 0.2
            wz: int8[] = 0
            """;

    @Test
    void aConvolutionOfBytesHasTheShapeAndCostOfAFloatOne() {
        OperatorProbe conv =
                OperatorProbe.of(
                        """
                        graph g (x: uint8[2,3,8,8], w: int8[4,3,3,3], b: int32[4]) -> (y)
                        %s
                        y = QLinearConv(x, s, z, w, ws, wz, s, z, b) {pads=[1,1,1,1], strides=[2,2]}
                        """
                                .formatted(GRIDS));

        assertThat(conv.types()).containsExactly("uint8[2,4,4,4]");
        assertThat(conv.macs()).isEqualTo(2 * 4 * 16 * 27);
    }

    @Test
    void aMatrixProductOfBytesToo() {
        OperatorProbe product =
                OperatorProbe.of(
                        """
                        graph g (x: uint8[2,5,8], w: int8[8,3]) -> (y)
                        %s
                        y = QLinearMatMul(x, s, z, w, ws, wz, s, z)
                        """
                                .formatted(GRIDS));

        assertThat(product.types()).containsExactly("uint8[2,5,3]");
        assertThat(product.macs()).isEqualTo(2 * 5 * 8 * 3);
    }

    @Test
    void aGemmOfBytesGivesFloatsWhereItIsToldNoGrid() {
        String text =
                """
                graph g (x: uint8[5,8], w: int8[3,8], b: int32[3]) -> (y)
                %s
                y = com.microsoft::QGemm(x, s, z, w, ws, wz, b%s) {transB=1}
                """;
        OperatorProbe floats = OperatorProbe.of(text.formatted(GRIDS, ""));
        OperatorProbe bytes = OperatorProbe.of(text.formatted(GRIDS, ", s, z"));

        assertThat(floats.types()).containsExactly("float[5,3]");
        assertThat(bytes.types()).containsExactly("uint8[5,3]");
        assertThat(bytes.macs()).isEqualTo(5 * 8 * 3);
    }

    @Test
    void aProductOfBytesMayGiveFloats() {
        OperatorProbe probe =
                OperatorProbe.of(
                        """
                        graph g (x: uint8[2,5,8], w: int8[8,3], b: float[3]) -> (y)
                        %s
                        y = com.microsoft::MatMulIntegerToFloat(x, w, s, ws, z, wz, b)
                        """
                                .formatted(GRIDS));

        assertThat(probe.types()).containsExactly("float[2,5,3]");
        assertThat(probe.macs()).isEqualTo(2 * 5 * 8 * 3);
    }

    @Test
    void sumsConcatenationsAndPoolsKeepTheTypeOfTheirGrid() {
        assertThat(types("QLinearAdd(x, s, z, x, s, z, s, z)")).isEqualTo("uint8[1,4,6,6]");
        assertThat(types("QLinearMul(x, s, z, x, s, z, s, z)")).isEqualTo("uint8[1,4,6,6]");
        assertThat(types("QLinearConcat(s, z, x, s, z, x, s, z) {axis=1}"))
                .isEqualTo("uint8[1,8,6,6]");
        assertThat(types("QLinearAveragePool(x, s, z, s, z) {kernel_shape=[2,2], strides=[2,2]}"))
                .isEqualTo("uint8[1,4,3,3]");
        assertThat(types("QLinearGlobalAveragePool(x, s, z, s, z)")).isEqualTo("uint8[1,4,1,1]");
        assertThat(types("QLinearLeakyRelu(x, s, z, s, z) {alpha=0.1}"))
                .isEqualTo("uint8[1,4,6,6]");
        assertThat(types("QLinearSigmoid(x, s, z, s, z)")).isEqualTo("uint8[1,4,6,6]");
    }

    private static String types(String call) {
        return OperatorProbe.of(
                        """
                        graph g (x: uint8[1,4,6,6]) -> (y)
                        %s
                        y = com.microsoft::%s
                        """
                                .formatted(GRIDS, call))
                .types()
                .get(0);
    }
}
