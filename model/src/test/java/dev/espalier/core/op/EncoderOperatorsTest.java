package dev.espalier.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.testkit.OperatorExamples;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What ONNX's own cases do not show of the operators of encoders. */
@OperatorExamples(
        given =
                """
                opset 20
                opset com.microsoft 1
                graph (x: float[2,3,4]) -> (y)
                g: float[4] = seed(1)
                b: float[4] = seed(2)
                m: float[3,4] = seed(3)
                """,
        calls = {
            "y = LayerNormalization(x, g, b)",
            "y = LayerNormalization(x, m) {axis=1, epsilon=0.01}",
            "y, mean, inverse = LayerNormalization(x, g, b)"
        })
@OperatorExamples(
        given =
                """
                opset 20
                opset com.microsoft 1
                graph (x: float[2,3,4], z: float[2,3,4]) -> (y)
                g: float[4] = seed(1)
                b: float[4] = seed(2)
                m: float[4,5] = seed(3)
                """,
        calls = {
            "y = com.microsoft::SkipLayerNormalization(x, z, g, b)",
            "y, \"\", \"\", sum = com.microsoft::SkipLayerNormalization(x, z, g, b, b)",
            "y = com.microsoft::SkipSimplifiedLayerNormalization(x, z, g)",
            "y, \"\", \"\", sum = com.microsoft::SkipSimplifiedLayerNormalization(x, z, g, b)",
            "y = com.microsoft::BiasGelu(x, b)",
            "y = com.microsoft::FastGelu(x, b)",
            "y = com.microsoft::FastGelu(x)",
            "y = com.microsoft::QuickGelu(x)",
            "y = com.microsoft::FusedMatMul(x, m) {alpha=0.5}",
            "y = com.microsoft::Gelu(x)"
        },
        withoutSlope = "is the runtime's own and does not train")
@OperatorExamples(
        given =
                """
                opset 20
                graph (x: float[2,4]) -> (y)
                """,
        calls = {"y = Gelu(x)", "y = Gelu(x) {approximate=\"tanh\"}"})
@OperatorExamples(
        given =
                """
                opset com.microsoft 1
                graph (q: uint8[2,3,4], x: float[3,40]) -> (y)
                z: uint8[] = 3
                s: float[] = 0.1
                ws: float[] = 0.2
                wz: int8[] = 0
                w: int8[4,5] = seed(1)
                packed: uint8[5,2,16] = seed(2)
                scales: float[5,2] = seed(3)
                table: uint8[5,16] = seed(4)
                by: float[5,1] = seed(5)
                i: int64[2] = [3, 1]
                """,
        calls = {
            "y = MatMulInteger(q, w, z)",
            "y = com.microsoft::MatMulIntegerToFloat(q, w, s, ws, z, wz)",
            "y = com.microsoft::MatMulNBits(x, packed, scales) {K=40, N=5, bits=4, block_size=32}",
            "y = com.microsoft::GatherBlockQuantized(table, i, by) {bits=4, block_size=32}",
            "y, scale, zero = DynamicQuantizeLinear(x)"
        },
        withoutSlope = "computes on bytes")
class EncoderOperatorsTest {
    @Test
    void aNormalizedAxisIsFrozenAndTheOthersPassThrough() {
        OperatorProbe norm =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,4,2]) -> (y)
                                g: float[2] = seed(1)
                                y = LayerNormalization(x, g)
                                """)
                        .linked();

        assertThat(norm.types()).containsExactly("float[1,4,2]");
        assertThat(norm.partners("x", 1, 3)).containsExactly("y.1.3");
        assertThat(norm.isFree("x", 2)).isFalse();
        assertThat(norm.freezes()).anyMatch(text -> text.contains("takes its mean over it"));
    }

    @Test
    void statisticsOfANormalizationKeepItsAxesWithSizeOne() {
        OperatorProbe norm =
                OperatorProbe.of(
                        """
                        graph g (x: float[N,4,2]) -> (y, m, d)
                        g: float[4,2] = seed(1)
                        y, m, d = LayerNormalization(x, g) {axis=1}
                        """);

        assertThat(norm.types()).containsExactly("float[N,4,2]", "float[N,1,1]", "float[N,1,1]");
    }

    @Test
    void statisticsOfANormalizationGoWithTheAxesBeforeIt() {
        OperatorProbe norm =
                OperatorProbe.of(
                                """
                                graph g (x: float[3,4,2]) -> (y, m)
                                g: float[2] = seed(1)
                                y, m = LayerNormalization(x, g)
                                """)
                        .linked();

        assertThat(norm.partners("x", 1, 3)).containsExactly("m.1.3", "y.1.3");
        assertThat(norm.isFree("m", 2)).isFalse();
    }

    @Test
    void geluIsElementwise() {
        OperatorProbe gelu =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,3]) -> (y)
                                y = Gelu(x)
                                """)
                        .linked();

        assertThat(gelu.types()).containsExactly("float[1,3]");
        assertThat(gelu.partners("x", 1, 2)).containsExactly("y.1.2");
    }

    @Test
    void fusedActivationsOfTheRuntimeTieTheirBias() {
        for (String operator : List.of("BiasGelu", "FastGelu")) {
            OperatorProbe gelu =
                    OperatorProbe.of(
                                    """
                                    opset com.microsoft 1
                                    graph g (x: float[1,2,3]) -> (y)
                                    b: float[3] = seed(1)
                                    y = com.microsoft::%s(x, b)
                                    """
                                            .formatted(operator))
                            .linked();

            assertThat(gelu.types()).containsExactly("float[1,2,3]");
            assertThat(gelu.partners("x", 2, 1)).containsExactly("b.0.1", "y.2.1");
        }
    }

    @Test
    void fusedActivationsWithoutABiasAreElementwise() {
        for (String operator : List.of("Gelu", "FastGelu", "QuickGelu")) {
            OperatorProbe gelu =
                    OperatorProbe.of(
                                    """
                                    opset com.microsoft 1
                                    graph g (x: float[1,3]) -> (y)
                                    y = com.microsoft::%s(x)
                                    """
                                            .formatted(operator))
                            .linked();

            assertThat(gelu.types()).containsExactly("float[1,3]");
            assertThat(gelu.partners("x", 1, 2)).containsExactly("y.1.2");
        }
    }

    @Test
    void aFusedProductSwapsItsMatricesFirst() {
        OperatorProbe product =
                OperatorProbe.of(
                        """
                        opset com.microsoft 1
                        graph g (a: float[2,5,3], b: float[1,7,5]) -> (y)
                        y = com.microsoft::FusedMatMul(a, b) {transA=1, transB=1, alpha=0.5}
                        """);

        assertThat(product.types()).containsExactly("float[2,3,7]");
        assertThat(product.macs()).isEqualTo(2 * 3 * 5 * 7);
    }

    @Test
    void aNormalizedResidualSumHasTheShapeOfItsInput() {
        OperatorProbe norm =
                OperatorProbe.of(
                                """
                                opset com.microsoft 1
                                graph g (x: float[N,2,3], s: float[N,2,3]) -> (y, m, d, sum)
                                gamma: float[3] = seed(1)
                                y, m, d, sum = com.microsoft::SkipLayerNormalization(x, s, gamma)
                                """)
                        .linked();

        assertThat(norm.types())
                .containsExactly("float[N,2,3]", "float[N,2,1]", "float[N,2,1]", "float[N,2,3]");
        assertThat(norm.isFree("x", 2)).isFalse();
    }

    @Test
    void soDoesOneWithoutAMean() {
        OperatorProbe norm =
                OperatorProbe.of(
                                """
                                opset com.microsoft 1
                                graph g (x: float[N,2,3], s: float[N,2,3]) -> (y)
                                gamma: float[3] = seed(1)
                                y, "", "", sum = com.microsoft::SkipSimplifiedLayerNormalization(x, s, gamma)
                                """)
                        .linked();

        assertThat(norm.types().get(0)).isEqualTo("float[N,2,3]");
        assertThat(norm.types().get(3)).isEqualTo("float[N,2,3]");
        assertThat(norm.freezes()).contains("x.2: a normalization takes its statistics over it");
    }

    @Test
    void anIntegerProductCountsAsTheFloatOne() {
        OperatorProbe product =
                OperatorProbe.of(
                        """
                        graph g (x: uint8[2,3,4], z: uint8[]) -> (y)
                        w: int8[4,5]
                        y = MatMulInteger(x, w, z)
                        """);

        assertThat(product.types()).containsExactly("int32[2,3,5]");
        assertThat(product.macs()).isEqualTo(2 * 3 * 4 * 5);
    }

    @Test
    void aProductOfFewBitsCountsEachWeightOnce() {
        String text =
                """
                opset 17
                opset com.microsoft 1
                graph (x: float[N,3,40]) -> (y)
                w: uint8[5,2,16]
                s: float[5,2]
                y = com.microsoft::MatMulNBits(x, w, s) {K=40, N=5, bits=4, block_size=32}
                """;
        Cost cost = Cost.of(GraphText.parse(text), InputShapes.ofBatch(1));

        assertThat(OperatorProbe.of(text).types()).containsExactly("float[N,3,5]");
        assertThat(cost.parameters()).isEqualTo(40 * 5);
        assertThat(cost.macs()).isEqualTo(3 * 40 * 5);
        assertThat(cost.uncounted()).isEmpty();
    }

    @Test
    void aTableOfFewBitsCountsEachNumberOnce() {
        String text =
                """
                opset 17
                opset com.microsoft 1
                graph (i: int64[N,3]) -> (y)
                t: uint8[5,16]
                s: float[5,1]
                y = com.microsoft::GatherBlockQuantized(t, i, s) {bits=4, block_size=32}
                """;

        assertThat(OperatorProbe.of(text).types()).containsExactly("float[N,3,32]");
        assertThat(Cost.of(GraphText.parse(text), InputShapes.ofBatch(1)).parameters())
                .isEqualTo(5 * 32);
    }

    @Test
    void rowsThatDoNotFitAProductOfFewBitsAreAnError() {
        assertThatThrownBy(
                        () ->
                                OperatorProbe.of(
                                        """
                                        opset com.microsoft 1
                                        graph (x: float[N,41]) -> (y)
                                        w: uint8[5,2,16]
                                        s: float[5,2]
                                        y = com.microsoft::MatMulNBits(x, w, s) {K=40, N=5, bits=4, block_size=32}
                                        """))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("[N,41]")
                .hasMessageContaining("40 rows");
    }

    @Test
    void aConstantOfAnotherDomainIsNoStandardOperator() {
        assertThat(
                        Operators.of(
                                GraphText.parse(
                                                """
                                                opset com.microsoft 1
                                                graph (x: float[N]) -> (y)
                                                y = com.microsoft::Erf(x)
                                                """)
                                        .graph()
                                        .nodes()
                                        .get(0)))
                .isEmpty();
    }
}
