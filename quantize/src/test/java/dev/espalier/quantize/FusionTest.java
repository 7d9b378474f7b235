package dev.espalier.quantize;

import static dev.espalier.quantize.option.Integers.Format.QDQ;
import static dev.espalier.quantize.option.Integers.Format.QOPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import dev.espalier.runtime.OptimizedGraph;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ONNX Runtime leaves no float arithmetic in what {@link Quantize} writes. */
class FusionTest {
    private static final Quantize QUANTIZE =
            Options.defaults(Quantize.class).withCalibration(Calibration.PERCENTILE);

    @Test
    void aResidualNetworkWithPaddedShortcutRunsOnIntegersFromInputToLogits() {
        Map<String, Long> operators =
                optimized(
                        """
                        opset 13
                        graph (x: float[N,3,16,16]) -> (y: float[N,10])
                        w1: float[16,3,3,3] = seed(1)
                        b1: float[16] = seed(2)
                        w2: float[32,16,3,3] = seed(3)
                        w3: float[32,32,3,3] = seed(4)
                        w4: float[10,32] = seed(5)
                        b4: float[10] = seed(6)
                        starts: int64[2] = [0, 0]
                        ends: int64[2] = [9999, 9999]
                        axes: int64[2] = [2, 3]
                        steps: int64[2] = [2, 2]
                        pads: int64[8] = [0, 8, 0, 0, 0, 8, 0, 0]
                        zero: float[] = 0
                        c1 = Conv(x, w1, b1) {pads=[1,1,1,1]}
                        r1 = Relu(c1)
                        c2 = Conv(r1, w2) {pads=[1,1,1,1], strides=[2,2]}
                        r2 = Relu(c2)
                        c3 = Conv(r2, w3) {pads=[1,1,1,1]}
                        s = Slice(r1, starts, ends, axes, steps)
                        p = Pad(s, pads, zero)
                        a = Add(c3, p)
                        r3 = Relu(a)
                        m = ReduceMean(r3) {axes=[2,3], keepdims=0}
                        y = Gemm(m, w4, b4) {transB=1}
                        """);

        assertThat(operators)
                .containsEntry("com.microsoft.QLinearConv", 4L)
                .containsEntry("com.microsoft.QLinearAdd", 1L)
                .containsEntry("com.microsoft.QLinearGlobalAveragePool", 1L)
                .containsEntry("com.microsoft.QGemm", 1L)
                .containsEntry("QuantizeLinear", 1L)
                .doesNotContainKeys("DequantizeLinear", "Conv", "Add", "Relu", "Gemm", "Slice");
    }

    @Test
    void invertedResidualsWithClipAndDepthwiseConvolutionRunOnIntegers() {
        Map<String, Long> operators =
                optimized(
                        """
                        opset 13
                        graph (x: float[N,16,8,8]) -> (y: float[N,16,8,8])
                        w1: float[32,16,1,1] = seed(1)
                        w2: float[32,1,3,3] = seed(2)
                        w3: float[16,32,1,1] = seed(3)
                        w4: float[16,16,1,1] = seed(4)
                        low: float[] = 0
                        high: float[] = 6
                        c1 = Conv(x, w1)
                        r1 = Clip(c1, low, high)
                        c2 = Conv(r1, w2) {group=32, pads=[1,1,1,1]}
                        r2 = Clip(c2, low, high)
                        c3 = Conv(r2, w3)
                        a = Add(x, c3)
                        y = Conv(a, w4)
                        """);

        assertThat(operators)
                .containsEntry("com.microsoft.QLinearConv", 4L)
                .containsEntry("com.microsoft.QLinearAdd", 1L)
                .containsEntry("QuantizeLinear", 1L)
                .containsEntry("DequantizeLinear", 1L)
                .doesNotContainKeys("Conv", "Add", "Clip");
    }

    @Test
    void branchesThatOnlyAConcatReadsAreConcatenatedWithoutArithmetic() {
        Map<String, Long> operators =
                optimized(
                        """
                        opset 13
                        graph (x: float[N,16,8,8]) -> (y: float[N,16,8,8])
                        w1: float[16,16,1,1] = seed(1)
                        w2: float[16,16,3,3] = seed(2)
                        w3: float[16,32,1,1] = seed(3)
                        c1 = Conv(x, w1)
                        r1 = Relu(c1)
                        c2 = Conv(x, w2) {pads=[1,1,1,1]}
                        r2 = Relu(c2)
                        both = Concat(r1, r2) {axis=1}
                        y = Conv(both, w3)
                        """);

        assertThat(operators)
                .containsEntry("com.microsoft.QLinearConv", 3L)
                .containsEntry("Concat", 1L)
                .doesNotContainKeys("com.microsoft.QLinearConcat", "Conv");
    }

    @Test
    void poolingReshapesAndReluBehindThemStayOnBytes() {
        Map<String, Long> operators =
                optimized(
                        """
                        opset 13
                        graph (x: float[N,3,16,16]) -> (y: float[N,4])
                        w1: float[16,3,3,3] = seed(1)
                        w2: float[8,256] = seed(2)
                        w3: float[4,8] = seed(3)
                        c = Conv(x, w1) {pads=[1,1,1,1]}
                        p = MaxPool(c) {kernel_shape=[2,2], strides=[2,2]}
                        r = Relu(p)
                        q = AveragePool(r) {kernel_shape=[2,2], strides=[2,2]}
                        t = Transpose(q) {perm=[0,2,3,1]}
                        f = Flatten(t)
                        g = Gemm(f, w2) {transB=1}
                        h = Relu(g)
                        y = Gemm(h, w3) {transB=1}
                        """);

        assertThat(operators)
                .containsEntry("com.microsoft.QGemm", 2L)
                .containsEntry("com.microsoft.QLinearAveragePool", 1L)
                .containsEntry("QuantizeLinear", 1L)
                .doesNotContainKeys("DequantizeLinear", "MaxPool", "Relu", "Conv", "Gemm");
    }

    @Test
    void matrixProductsRunOnIntegersAndGiveFloatsToFloatNodes() {
        Map<String, Long> operators =
                optimized(
                        """
                        opset 13
                        graph (x: float[N,5,16]) -> (y: float[N,5,8])
                        w1: float[16,32] = seed(1)
                        b1: float[32] = seed(2)
                        w2: float[32,8] = seed(3)
                        m = MatMul(x, w1)
                        a = Add(m, b1)
                        e = Erf(a)
                        n = MatMul(e, w2)
                        y = Softmax(n)
                        """);

        assertThat(operators)
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 2L)
                .doesNotContainKeys("MatMul", "com.microsoft.QLinearSoftmax");
    }

    private static final String ALL_KINDS =
            """
            opset 13
            graph (x: float[N,16,8,8]) -> (y)
            w1: float[16,16,3,3] = seed(1)
            b1: float[16] = seed(2)
            w2: float[16,16,1,1] = seed(3)
            w3: float[16,32,1,1] = seed(4)
            w4: float[8,16] = seed(5)
            b4: float[8] = seed(6)
            w5: float[8,8] = seed(7)
            c1 = Conv(x, w1, b1) {pads=[1,1,1,1]}
            r1 = Relu(c1)
            c2 = Conv(r1, w2)
            l = LeakyRelu(c2) {alpha=0.1}
            a = Add(l, x)
            s = Sigmoid(a)
            m = Mul(a, s)
            j = Concat(m, c2) {axis=1}
            c3 = Conv(j, w3)
            p = AveragePool(c3) {kernel_shape=[2,2], strides=[2,2]}
            g = GlobalAveragePool(p)
            f = Flatten(g)
            h = Gemm(f, w4, b4) {transB=1}
            y = Gemm(h, w5)
            """;

    private static final List<Integers.Activations> UNSIGNED =
            List.of(Integers.Activations.U8, Integers.Activations.U8_SYMMETRIC);

    /** Each line of the placement table in docs/quantization.md whose fusion has an operator. */
    @Test
    void everyKindOfOperatorIsFused() {
        for (Integers.Activations activations : UNSIGNED) {
            assertThat(operators(OptimizedGraph.of(quantized(ALL_KINDS, QDQ, activations))))
                    .containsEntry("com.microsoft.QLinearConv", 3L)
                    .containsEntry("com.microsoft.QGemm", 2L)
                    .containsEntry("com.microsoft.QLinearAdd", 1L)
                    .containsEntry("com.microsoft.QLinearMul", 1L)
                    .containsEntry("com.microsoft.QLinearConcat", 1L)
                    .containsEntry("com.microsoft.QLinearLeakyRelu", 1L)
                    .containsEntry("com.microsoft.QLinearSigmoid", 1L)
                    .containsEntry("com.microsoft.QLinearAveragePool", 1L)
                    .containsEntry("com.microsoft.QLinearGlobalAveragePool", 1L)
                    .containsEntry("QuantizeLinear", 1L)
                    .doesNotContainKeys("DequantizeLinear", "Conv", "Gemm", "Add", "Mul");
        }
    }

    @Test
    void everyKindOfOperatorIsWrittenAsIntegerOperatorWhereAskedFor() {
        for (Integers.Activations activations : Integers.Activations.values()) {
            assertThat(operators(quantized(ALL_KINDS, QOPERATOR, activations)))
                    .containsEntry("QLinearConv", 3L)
                    .containsEntry("com.microsoft.QGemm", 2L)
                    .containsEntry("com.microsoft.QLinearAdd", 1L)
                    .containsEntry("com.microsoft.QLinearMul", 1L)
                    .containsEntry("com.microsoft.QLinearConcat", 1L)
                    .containsEntry("com.microsoft.QLinearLeakyRelu", 1L)
                    .containsEntry("com.microsoft.QLinearSigmoid", 1L)
                    .containsEntry("com.microsoft.QLinearAveragePool", 1L)
                    .containsEntry("com.microsoft.QLinearGlobalAveragePool", 1L)
                    .containsEntry("QuantizeLinear", 1L)
                    .doesNotContainKeys("DequantizeLinear", "Conv", "Gemm", "Add", "Mul");
        }
    }

    @Test
    void matrixProductsInARowStayOnBytes() {
        String text =
                """
                opset 13
                graph (x: float[N,5,16]) -> (y: float[N,5,8])
                w1: float[16,32] = seed(1)
                w2: float[32,8] = seed(3)
                m = MatMul(x, w1)
                r = Relu(m)
                y = MatMul(r, w2)
                """;

        assertThat(operators(quantized(text, QOPERATOR, Integers.Activations.U8)))
                .containsEntry("QLinearMatMul", 1L)
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 1L)
                .doesNotContainKey("MatMul");
        assertThat(optimized(text))
                .containsEntry("QLinearMatMul", 1L)
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 1L)
                .doesNotContainKeys("MatMul", "Relu");
        assertThat(outputs(quantized(text, QOPERATOR, Integers.Activations.U8)))
                .containsExactly(outputs(quantized(text, QDQ, Integers.Activations.U8)));
    }

    private static final String BIASED =
            """
            opset 13
            graph (x: float[N,5,16]) -> (y: float[N,5,8])
            w: float[16,8] = seed(1)
            b: float[%s] = seed(2)
            m = MatMul(x, w)
            y = Add(%s)
            """;

    /** The last bit may differ: a product and a sum are rounded once or twice. */
    @ParameterizedTest
    @ValueSource(strings = {"m, b", "b, m"})
    void anIntegerProductTakesItsBiasAlong(String summands) {
        String text = BIASED.formatted("8", summands);
        Model integers = quantized(text, QOPERATOR, Integers.Activations.U8);

        assertThat(operators(integers))
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 1L)
                .doesNotContainKeys("MatMul", "Add");
        assertThat(outputs(integers))
                .containsExactly(
                        outputs(quantized(text, QDQ, Integers.Activations.U8)), within(1e-6f));
    }

    @ParameterizedTest
    @EnumSource(Integers.Activations.class)
    void anIntegerProductLoadsWithAnyBytes(Integers.Activations activations) {
        String text = BIASED.formatted("8", "m, b");
        float[] y = outputs(quantized(text, QOPERATOR, activations));

        // Operators that read signed bytes have weights of 7 bits, so that they load anywhere.
        float tolerance = activations.isSigned() ? 0.1f : 1e-5f;
        assertThat(y)
                .containsExactly(outputs(quantized(text, QDQ, activations)), within(tolerance));
    }

    @Test
    void anIntegerProductLeavesASumThatIsNoBias() {
        Model integers =
                quantized(BIASED.formatted("5,8", "m, b"), QOPERATOR, Integers.Activations.U8);

        assertThat(operators(integers))
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 1L)
                .containsEntry("Add", 1L);
    }

    @Test
    void bothFormatsGiveTheSameBits() {
        for (Integers.Activations activations : UNSIGNED) {
            Model qdq = quantized(ALL_KINDS, QDQ, activations);
            Model integers = quantized(ALL_KINDS, QOPERATOR, activations);

            assertThat(outputs(integers)).containsExactly(outputs(qdq));
        }
    }

    /** Nothing is won by them there: pairs of products saturate alike, and less is fused. */
    @Test
    void onX86SignedActivationsAreOnlyFusedAsUnsignedOnes() {
        assumeThat(System.getProperty("os.arch")).isIn("amd64", "x86_64");
        Model fused =
                OptimizedGraph.of(quantized(ALL_KINDS, QDQ, Integers.Activations.S8_SYMMETRIC));

        assertThat(operators(fused)).containsKeys("Conv", "com.microsoft.QLinearConv");
        for (Node node : fused.graph().nodes()) {
            if (node.opType().equals("QLinearConv")) {
                assertThat(fused.graph().constant(node.input(2)).orElseThrow().dataType())
                        .isEqualTo(DataType.UINT8);
            }
        }
    }

    private static float[] outputs(Model model) {
        try (var session = Runners.SINGLE.open(model)) {
            var inputs = RandomSamples.of(model, 4).batch(new int[] {0, 1, 2, 3}).inputs();
            return session.run(inputs).get("y").toFloats();
        }
    }

    private static Model quantized(
            String text, Integers.Format format, Integers.Activations activations) {
        Model model = GraphText.parse(text);
        Integers integers =
                Options.defaults(Integers.class).withFormat(format).withActivations(activations);
        return Options.defaults(Quantize.class)
                .withCalibration(Calibration.MIN_MAX)
                .withIntegers(integers)
                .apply(model, RandomSamples.context(model, Runners.SINGLE));
    }

    private static Map<String, Long> optimized(String text) {
        Model model = GraphText.parse(text);
        Model quantized = QUANTIZE.apply(model, RandomSamples.context(model, Runners.SINGLE));
        return operators(OptimizedGraph.of(quantized));
    }

    private static Map<String, Long> operators(Model model) {
        return model.graph().nodes().stream()
                .collect(
                        Collectors.groupingBy(
                                FusionTest::operator, TreeMap::new, Collectors.counting()));
    }

    private static String operator(Node node) {
        return node.isStandard() ? node.opType() : node.domain() + "." + node.opType();
    }
}
