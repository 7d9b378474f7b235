package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.encoder.Comparison;
import dev.espalier.quantize.encoder.Encoder;
import dev.espalier.quantize.encoder.TokenSamples;
import dev.espalier.quantize.internal.weights.BlockWeight;
import dev.espalier.quantize.internal.weights.NearestRounding;
import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.RoundingSettings;
import dev.espalier.quantize.option.ScaleChoice;
import dev.espalier.quantize.option.WeightType;
import dev.espalier.testkit.pass.PassTester;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizeWeightsTest {
    private static final RoundingSettings NEAREST = Options.defaults(RoundingSettings.class);
    private static final RoundingSettings GPTQ =
            Options.defaults(RoundingSettings.class).withMethod(RoundingSettings.Method.GPTQ);

    private static QuantizeWeights pass(
            WeightType type, int size, boolean symmetric, int accuracyLevel) {
        return Options.defaults(QuantizeWeights.class)
                .withType(type)
                .withBlocks(Options.defaults(Blocks.class).withSize(size).withSymmetric(symmetric))
                .withRounding(NEAREST)
                .withAccuracyLevel(accuracyLevel);
    }

    private static QuantizeWeights int4(RoundingSettings rounding, ScaleChoice scale) {
        return Options.defaults(QuantizeWeights.class)
                .withBlocks(Options.defaults(Blocks.class).withScale(scale))
                .withRounding(rounding);
    }

    private static PassTester.Outcome quantized(String text, QuantizeWeights pass) {
        return PassTester.given(text).with(c -> c.withRunner(Runners.SINGLE)).when(pass);
    }

    @Test
    void aMatMulReadsCodesAndScales() {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,3,2]) -> (y: float[N,3,2])
                        w: float[2,2] = [-8, 0.2, 3, 1.6]
                        y = MatMul(x, w) as product
                        """,
                        pass(WeightType.INT4, 16, true, 4))
                .then(
                        """
                        opset 13
                        opset com.microsoft 1
                        graph (x: float[N,3,2]) -> (y: float[N,3,2])
                        w_codes: uint8[2,1,8] = [176, 136, 136, 136, 136, 136, 136, 136, 7, 136, 136, 136, 136, 136, 136, 136]
                        w_scales: float[2,1] = [1, -0.2]
                        y = com.microsoft::MatMulNBits(x, w_codes, w_scales) {K=2, N=2, bits=4, block_size=16, accuracy_level=4}
                        """)
                .noted("weights of 1 MatMul and Gemm in 4 bits");
    }

    @Test
    void aGemmKeepsItsBias() {
        Model after =
                quantized(
                                """
                                opset 13
                                graph (x: float[N,2]) -> (y: float[N,3])
                                w: float[3,2] = seed(1)
                                b: float[3] = [1, 2, 3]
                                y = Gemm(x, w, b) {transB=1, beta=2.0}
                                """,
                                pass(WeightType.INT8, 32, false, 4))
                        .after();

        assertThat(after.opsets()).containsEntry("com.microsoft", 1L);
        assertThat(after.graph().nodes()).hasSize(2);
        assertThat(after.graph().initializers())
                .containsOnlyKeys("w_codes", "w_scales", "w_zero_points", "b_scaled");
        assertThat(after.graph().initializers().get("b_scaled").tensor().toFloats())
                .containsExactly(2, 4, 6);
    }

    /** The runtime's results against those of a float product with the numbers decoded here. */
    @ParameterizedTest
    @CsvSource({
        "INT4, 16, true, 32, 5",
        "INT4, 32, true, 40, 7",
        "INT4, 32, false, 100, 16",
        "INT4, 64, false, 64, 3",
        "INT4, 128, true, 300, 9",
        "INT4, 128, false, 130, 33",
        "INT4, 256, false, 700, 4",
        "INT8, 32, true, 40, 7",
        "INT8, 32, false, 100, 16",
        "INT8, 64, false, 33, 5",
        "INT8, 128, true, 300, 9"
    })
    void theRuntimeReadsWhatWasWritten(WeightType type, int size, boolean symmetric, int k, int n) {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,%d]) -> (y: float[N,%d])
                        w: float[%d,%d] = seed(5)
                        y = MatMul(x, w)
                        """
                                .formatted(k, n, k, n));
        for (int level : new int[] {0, 1, 4}) {
            PassContext context = PassContext.of(model).withRunner(Runners.SINGLE);
            Model after = pass(type, size, symmetric, level).apply(model, context);
            double allowed = level == 4 ? 0.02 : 1e-5;
            assertThat(error(model, decoded(model, after), after, k)).isLessThan(allowed);
        }
    }

    private static double error(Model model, Tensor decoded, Model after, int k) {
        Model expected =
                model.withGraph(
                        new dev.espalier.core.ir.GraphEditor(model.graph())
                                .setInitializer("w", decoded)
                                .build());
        SplittableRandom random = new SplittableRandom(2);
        float[] x = new float[6 * k];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Map<String, Tensor> inputs = Map.of("x", Tensor.ofFloats(Shape.of(6, k), x));
        try (var first = Runners.SINGLE.open(expected);
                var second = Runners.SINGLE.open(after)) {
            float[] y = first.run(inputs).get("y").toFloats();
            float[] z = second.run(inputs).get("y").toFloats();
            double signal = 0;
            double noise = 0;
            for (int i = 0; i < y.length; i++) {
                signal += y[i] * y[i];
                noise += (y[i] - z[i]) * (y[i] - z[i]);
            }
            return Math.sqrt(noise / signal);
        }
    }

    /** By the operator's documentation, apart from the code under test. */
    private static Tensor decoded(Model model, Model after) {
        Node node = after.graph().nodes().get(0);
        int k = (int) node.attributes().integer("K", 0);
        int n = (int) node.attributes().integer("N", 0);
        int bits = (int) node.attributes().integer("bits", 0);
        int size = (int) node.attributes().integer("block_size", 0);
        int blocks = (k + size - 1) / size;
        long[] codes = tensor(after, node.input(1)).toLongs();
        float[] scales = tensor(after, node.input(2)).toFloats();
        long[] zeros = node.hasInput(3) ? tensor(after, node.input(3)).toLongs() : null;
        int perColumn = (blocks * bits + 7) / 8;
        float[] w = new float[k * n];
        for (int column = 0; column < n; column++) {
            for (int row = 0; row < k; row++) {
                int block = row / size;
                long code = element(codes, column * blocks * size + row, bits);
                long zero =
                        zeros == null
                                ? 1 << bits - 1
                                : element(zeros, column * perColumn * 8 / bits + block, bits);
                w[row * n + column] = (code - zero) * scales[column * blocks + block];
            }
        }
        return Tensor.ofFloats(model.graph().initializers().get("w").tensor().shape(), w);
    }

    private static long element(long[] bytes, int i, int bits) {
        return bits == 8 ? bytes[i] : bytes[i / 2] >> i % 2 * 4 & 15;
    }

    private static Tensor tensor(Model model, String name) {
        return model.graph().initializers().get(name).tensor();
    }

    @ParameterizedTest
    @CsvSource({"INT4, true, 0.16", "INT4, false, 0.18", "INT8, true, 0.29"})
    void anEncodersWeightsTakeAFractionOfTheirBytes(
            WeightType type, boolean symmetric, double greatest) {
        Model model = Encoder.exported();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model after = pass(type, 32, symmetric, 4).apply(model, context);

        long before = 0;
        long now = 0;
        for (var initializer : model.graph().initializers().values()) {
            before +=
                    after.graph().initializers().containsKey(initializer.name())
                            ? 0
                            : initializer.tensor().byteSize();
        }
        for (var initializer : after.graph().initializers().values()) {
            now +=
                    model.graph().initializers().containsKey(initializer.name())
                            ? 0
                            : initializer.tensor().byteSize();
        }
        assertThat((double) now / before).isLessThan(greatest);
        assertThat(Comparison.operators(after)).containsEntry("com.microsoft.MatMulNBits", 14L);
        assertThat(after.graph().nodes()).filteredOn(node -> node.is("MatMul")).hasSize(4);
        assertThat(Comparison.cosine(model, after, context))
                .isGreaterThan(type == WeightType.INT8 ? 0.999 : 0.95);
    }

    @ParameterizedTest
    @CsvSource({"INT4, true", "INT4, false", "INT8, true", "INT8, false"})
    void tablesOfEmbeddingsAreReadAsTheyWereWritten(WeightType type, boolean symmetric) {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (ids: int64[N,3]) -> (y: float[N,3,64])
                        table: float[7,64] = seed(4)
                        y = Gather(table, ids)
                        """);
        Blocks blocks =
                Options.defaults(Blocks.class).withSymmetric(symmetric).withEmbeddings(true);
        QuantizeWeights pass =
                Options.defaults(QuantizeWeights.class)
                        .withType(type)
                        .withBlocks(blocks)
                        .withRounding(NEAREST);
        Model after = pass.apply(model, PassContext.of(model).withRunner(Runners.SINGLE));
        float[] table = tensor(model, "table").toFloats();
        BlockWeight weight = NearestRounding.of(table, 64, 7, type, blocks);
        Map<String, Tensor> ids = Map.of("ids", Tensor.ofLongs(Shape.of(2, 3), 0, 6, 2, 3, 3, 5));

        assertThat(after.graph().nodes().get(0).opType()).isEqualTo("GatherBlockQuantized");
        try (var session = Runners.SINGLE.open(after)) {
            float[] y = session.run(ids).get("y").toFloats();
            for (int i = 0; i < 6; i++) {
                int row = (int) ids.get("ids").toLongs()[i];
                for (int k = 0; k < 64; k++) {
                    assertThat(y[i * 64 + k]).isEqualTo((float) weight.get(row, k));
                }
            }
        }
    }

    @Test
    void rowsThatAreNoWholeBlocksStayFloat() {
        quantized(
                        """
                        opset 13
                        graph (ids: int64[N]) -> (y: float[N,40])
                        table: float[7,40] = seed(4)
                        y = Gather(table, ids) as words
                        """,
                        Options.defaults(QuantizeWeights.class)
                                .withBlocks(Options.defaults(Blocks.class).withEmbeddings(true))
                                .withRounding(NEAREST))
                .unchangedBecause("'words': stays float: rows of 40 numbers are no whole blocks");
    }

    @Test
    void gptqIsNearerThanRoundingToNearest() {
        Model model = Encoder.withFusedOperators();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model nearest = int4(NEAREST, ScaleChoice.MAX).apply(model, context);
        Model gptq = int4(GPTQ, ScaleChoice.MAX).apply(model, context);

        assertThat(Comparison.error(model, gptq, context))
                .isLessThan(Comparison.error(model, nearest, context));
        assertThat(context.notes()).anyMatch(note -> note.contains("by gptq"));
    }

    @Test
    void scalesOfTheLeastSquaredErrorAreNearerThanTheLargestWeights() {
        Model model = Encoder.withFusedOperators();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model max = int4(NEAREST, ScaleChoice.MAX).apply(model, context);
        Model least = int4(NEAREST, ScaleChoice.MEAN_SQUARED_ERROR).apply(model, context);

        assertThat(Comparison.error(model, least, context))
                .isLessThan(Comparison.error(model, max, context));
    }

    @Test
    void gptqNeedsDataAndRoundingToNearestNone() {
        QuantizeWeights gptq = int4(GPTQ, ScaleChoice.MAX);
        Model model = Encoder.exported();

        assertThat(gptq.needsData()).isTrue();
        assertThat(int4(NEAREST, ScaleChoice.MAX).needsData()).isFalse();
        assertThatThrownBy(() -> gptq.apply(model, PassContext.of(model)))
                .isInstanceOf(InvalidOptionException.class);
    }

    @Test
    void gptqRefusesActivationsThatAreNotFinite() {
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

        assertThatThrownBy(() -> int4(GPTQ, ScaleChoice.MAX).apply(model, context))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("NaN in 'r'");
    }

    @Test
    void aWeightOfTwoLayersIsStoredOnce() {
        Model after =
                quantized(
                                """
                                opset 13
                                graph (x: float[N,2]) -> (y: float[N,2])
                                w: float[2,2] = seed(1)
                                h = MatMul(x, w)
                                y = MatMul(h, w)
                                """,
                                pass(WeightType.INT4, 32, true, 4))
                        .after();

        assertThat(after.graph().initializers()).containsOnlyKeys("w_codes", "w_scales");
    }

    @Test
    void thePreviewHasTheStructureOfTheResultAndNeedsNoData() {
        Model model = Encoder.exported();
        Model preview = int4(GPTQ, ScaleChoice.MAX).preview(model, PassContext.of(model));

        assertThat(Comparison.operators(preview)).containsEntry("com.microsoft.MatMulNBits", 14L);
    }

    @Test
    void isFoundByItsName() {
        assertThat(PassRegistry.load().find("quantize-weights")).isPresent();
    }
}
