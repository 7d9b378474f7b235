package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.encoder.Comparison;
import dev.espalier.quantize.encoder.Encoder;
import dev.espalier.quantize.encoder.TokenSamples;
import dev.espalier.quantize.option.Target;
import dev.espalier.runtime.OptimizedGraph;
import dev.espalier.testkit.pass.PassTester;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuantizeDynamicTest {
    private static final QuantizeDynamic PER_CHANNEL = Options.defaults(QuantizeDynamic.class);
    private static final QuantizeDynamic PER_TENSOR =
            Options.defaults(QuantizeDynamic.class).withPerChannel(false);

    private static PassTester.Outcome quantized(String text, QuantizeDynamic pass) {
        return PassTester.given(text).with(c -> c.withRunner(Runners.SINGLE)).when(pass);
    }

    @Test
    void aMatMulBecomesAnIntegerProductWithTheBiasBehindIt() {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = [1, 4, -2, -0.5]
                        b: float[2] = [3, 4]
                        m = MatMul(x, w) as product
                        y = Add(b, m)
                        """,
                        PER_CHANNEL)
                .then(
                        """
                        opset 13
                        graph (x: float[N,2]) -> (y: float[N,2])
                        b: float[2] = [3, 4]
                        w_quantized: int8[2,2] = [64, 127, -127, -16]
                        w_scale: float[2] = [0.015748031, 0.031496063]
                        w_zero_point: int8[] = 0
                        x_quantized, x_scale, x_zero_point = DynamicQuantizeLinear(x)
                        m_integer = MatMulInteger(x_quantized, w_quantized, x_zero_point, w_zero_point)
                        m_unscaled = Cast(m_integer) {to=1}
                        m_scale = Mul(x_scale, w_scale)
                        m = Mul(m_unscaled, m_scale)
                        y = Add(m, b)
                        """)
                .skippedNothing()
                .noted("1 MatMul and Gemm")
                .noted("no data to compare");
    }

    @Test
    void oneScaleServesTheWholeMatrixWhereChannelsShareIt() {
        Model after =
                quantized(
                                """
                                opset 13
                                graph (x: float[N,2]) -> (y: float[N,2])
                                w: float[2,2] = [1, 4, -2, -0.5]
                                y = MatMul(x, w)
                                """,
                                PER_TENSOR)
                        .after();

        assertThat(constant(after, "w_scale").toFloats()).containsExactly(4f / 127);
        assertThat(constant(after, "w_quantized").toLongs()).containsExactly(32, 127, -64, -16);
    }

    /** 255 (127 + 1) fits 16 bits and 255 (101 + 28) would not. */
    @Test
    void eachColumnIsAsGreatAsLetsNoPairSaturate() {
        String model =
                """
                opset 13
                graph (x: float[N,2]) -> (y: float[N,3])
                w: float[2,3] = [127, 4, 3, 1, 4, -3]
                y = MatMul(x, w)
                """;

        assertThat(constant(quantized(model, PER_CHANNEL).after(), "w_quantized").toLongs())
                .containsExactly(127, 64, 127, 1, 64, -127);
        assertThat(
                        constant(
                                        quantized(
                                                        model,
                                                        Options.defaults(QuantizeDynamic.class)
                                                                .withTarget(Target.VNNI))
                                                .after(),
                                        "w_quantized")
                                .toLongs())
                .containsExactly(127, 127, 127, 1, 127, -127);
    }

    @Test
    void factorsOfAGemmMoveIntoItsWeightAndBias() {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = [1, -2, 4, 0.5]
                        b: float[2] = [3, 4]
                        y = Gemm(x, w, b) {alpha=2.0, beta=0.5, transB=1}
                        """,
                        PER_CHANNEL)
                .then(
                        """
                        opset 13
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w_quantized: int8[2,2] = [64, 114, -127, 14]
                        w_scale: float[2] = [0.031496063, 0.07017544]
                        w_zero_point: int8[] = 0
                        b_scaled: float[2] = [1.5, 2]
                        x_quantized, x_scale, x_zero_point = DynamicQuantizeLinear(x)
                        y_integer = MatMulInteger(x_quantized, w_quantized, x_zero_point, w_zero_point)
                        y_unscaled = Cast(y_integer) {to=1}
                        y_scale = Mul(x_scale, w_scale)
                        y_product = Mul(y_unscaled, y_scale)
                        y = Add(y_product, b_scaled)
                        """);
    }

    @Test
    void layersOfOneInputAndOneWeightShareBothAndNoZeroPoint() {
        Model after =
                quantized(
                                """
                                opset 13
                                graph (x: float[N,2]) -> (y: float[N,2], z: float[N,2])
                                w: float[2,2] = seed(1)
                                y = MatMul(x, w)
                                z = MatMul(x, w)
                                """,
                                PER_CHANNEL)
                        .after();

        assertThat(Comparison.operators(after)).containsEntry("DynamicQuantizeLinear", 1L);
        assertThat(after.graph().initializers().keySet())
                .containsExactlyInAnyOrder(
                        "w_quantized", "w_scale", "w_zero_point", "w_zero_point_1");
    }

    @Test
    void anExportedEncoderRunsOnFusedIntegerProducts() {
        Model model = Encoder.exported();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model after = PER_CHANNEL.apply(model, context);

        // Query, key and value read the same bytes; five products are alone with theirs.
        assertThat(Comparison.optimized(after))
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 6L)
                .containsEntry("com.microsoft.DynamicQuantizeMatMul", 8L)
                .containsEntry("DynamicQuantizeLinear", 2L)
                .doesNotContainKeys("MatMulInteger", "Gemm");
        assertThat(after.graph().nodes()).filteredOn(node -> node.is("MatMul")).hasSize(4);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .hasSize(4)
                .allMatch(text -> text.contains("computed at run time"));
        assertThat(Comparison.cosine(model, after, context)).isGreaterThan(0.99);
        assertThat(context.notes()).anyMatch(note -> note.contains("cosine similarity 0.99"));
    }

    @Test
    void anEncoderThatTheRuntimeHasFusedDoesSoToo() {
        Model model = OptimizedGraph.of(Encoder.exported());
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model after = PER_CHANNEL.apply(model, context);

        assertThat(Comparison.operators(model))
                .containsKeys("com.microsoft.SkipLayerNormalization", "com.microsoft.BiasGelu");
        assertThat(Comparison.optimized(after))
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 6L)
                .containsEntry("com.microsoft.DynamicQuantizeMatMul", 7L);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("products inside of this operator"));
        assertThat(Comparison.cosine(model, after, context)).isGreaterThan(0.99);
        Cost now = Cost.of(after, InputShapes.ofBatch(1));
        assertThat(now.uncounted()).isEmpty();
        assertThat(now.macs())
                .isEqualTo(Cost.of(Encoder.exported(), InputShapes.ofBatch(1)).macs());
    }

    @Test
    void parametersAndMacsStayWhatTheyWere() {
        Model model = Encoder.exported();
        Model after = PER_CHANNEL.apply(model, TokenSamples.context(model, Runners.SINGLE));
        Cost before = Cost.of(model, InputShapes.ofBatch(1));
        Cost now = Cost.of(after, InputShapes.ofBatch(1));

        assertThat(now.parameters()).isEqualTo(before.parameters());
        assertThat(now.macs()).isEqualTo(before.macs());
        assertThat(now.uncounted()).isEmpty();
    }

    @Test
    void anEncoderOfFusedOperatorsDoesSoToo() {
        Model model = Encoder.withFusedOperators();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model after = PER_TENSOR.apply(model, context);

        assertThat(Comparison.optimized(after))
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 6L)
                .containsEntry("com.microsoft.DynamicQuantizeMatMul", 8L)
                .doesNotContainKeys("MatMulInteger", "Gemm");
        assertThat(Comparison.cosine(model, after, context)).isGreaterThan(0.99);
    }

    /**
     * Files of old formats list constants as inputs, which would keep the bias out of the fusion.
     */
    @Test
    void constantsThatAreListedAsInputsAreNoMore() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,2], b: float[2]) -> (y: float[N,2])
                        w: float[2,2] = seed(1)
                        b: float[2] = seed(2)
                        m = MatMul(x, w)
                        y = Add(m, b)
                        """);
        Model after = PER_CHANNEL.apply(model, PassContext.of(model).withRunner(Runners.SINGLE));

        assertThat(after.graph().inputs()).hasSize(1);
        assertThat(Comparison.optimized(after))
                .containsOnlyKeys("com.microsoft.DynamicQuantizeMatMul");
    }

    @Test
    void valuesThatAreNotFiniteAreAnErrorWhereThereIsData() {
        Model model =
                GraphText.parse(
                        """
                        opset 14
                        graph (input_ids: int64[N,12], attention_mask: int64[N,12]) -> (y: float[N,2])
                        w: float[12,2] = seed(1)
                        f = Cast(input_ids) {to=1}
                        n = Neg(f)
                        r = Sqrt(n)
                        y = MatMul(r, w)
                        """);
        PassContext context = TokenSamples.context(model, Runners.SINGLE);

        assertThatThrownBy(() -> PER_CHANNEL.apply(model, context))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("NaN")
                .hasMessageContaining("check the data");
    }

    @Test
    void operatorSetsBeforeElevenAreRefused() {
        Model model =
                GraphText.parse(
                        """
                        opset 10
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = seed(1)
                        y = MatMul(x, w)
                        """);

        assertThatThrownBy(() -> PER_CHANNEL.apply(model, PassContext.of(model)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("operator set 11");
    }

    @Test
    void isFoundByItsNameAndNeedsNoData() {
        assertThat(PassRegistry.load().find("quantize-dynamic")).isPresent();
        assertThat(PER_CHANNEL.needsData()).isFalse();
    }

    private static Tensor constant(Model model, String name) {
        Map<String, dev.espalier.core.ir.Initializer> all = model.graph().initializers();
        assertThat(all).containsKey(name);
        return all.get(name).tensor();
    }
}
