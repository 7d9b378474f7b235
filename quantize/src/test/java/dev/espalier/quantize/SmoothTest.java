package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.encoder.Comparison;
import dev.espalier.quantize.encoder.Encoder;
import dev.espalier.quantize.encoder.TokenSamples;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmoothTest {
    private static final Smooth FOLDING = Options.defaults(Smooth.class);
    private static final Smooth INSERTING = Options.defaults(Smooth.class).withInsertMul(true);

    private static PassContext context(Model model) {
        return RandomSamples.context(model, Runners.SINGLE);
    }

    private static float[] constant(Model model, String name) {
        return model.graph().initializers().get(name).tensor().toFloats();
    }

    /** Largest magnitude of each of two channels of {@code value} on the samples. */
    private static float[] maxima(Model model, PassContext context, String value) {
        float[] maxima = new float[2];
        Dataset samples = context.data().calibration();
        for (int i = 0; i < samples.size(); i++) {
            try (var session = Runners.SINGLE.open(model, List.of(value))) {
                float[] x =
                        session.run(samples.batch(new int[] {i}).inputs()).get(value).toFloats();
                for (int k = 0; k < x.length; k++) {
                    maxima[k % 2] = Math.max(maxima[k % 2], Math.abs(x[k]));
                }
            }
        }
        return maxima;
    }

    private static final String NORMALIZED =
            """
            opset 17
            graph (x: float[N,3,2]) -> (y: float[N,3,2], z: float[N,3,2])
            g: float[2] = [10, 0.5]
            b: float[2] = [1, 2]
            v: float[2,2] = [1, 2, -8, 4]
            w: float[2,2] = [4, -0.5, 1, 1]
            n = LayerNormalization(x, g, b)
            y = MatMul(n, v) as first
            z = MatMul(n, w) as second
            """;

    @Test
    void theScaleIsThatOfThePaper() {
        Model model = GraphText.parse(NORMALIZED);
        PassContext context = context(model);
        Model after = FOLDING.apply(model, context);
        float[] x = maxima(model, context, "n");
        // Rows of both weights together: 4 and 8.
        double[] s = {Math.sqrt(x[0] / 4), Math.sqrt(x[1] / 8)};

        assertThat(constant(after, "g")[0]).isCloseTo((float) (10 / s[0]), within(1e-5f));
        assertThat(constant(after, "g")[1]).isCloseTo((float) (0.5 / s[1]), within(1e-5f));
        assertThat(constant(after, "b")[0]).isCloseTo((float) (1 / s[0]), within(1e-5f));
        assertThat(constant(after, "v")[1]).isCloseTo((float) (2 * s[0]), within(1e-5f));
        assertThat(constant(after, "v")[2]).isCloseTo((float) (-8 * s[1]), within(1e-5f));
        assertThat(constant(after, "w")[3]).isCloseTo((float) (1 * s[1]), within(1e-5f));
        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("proved on"))
                .anyMatch(note -> note.startsWith("1 inputs of MatMul and Gemm smoothed"));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0"})
    void alphaMovesAllOrEvensTheWeights(double alpha, double weight) {
        Model model = GraphText.parse(NORMALIZED);
        PassContext context = context(model);
        Model after = Options.defaults(Smooth.class).withAlpha(alpha).apply(model, context);
        float[] x = maxima(after, context, "n");

        if (alpha == 1) {
            assertThat(x[0]).isCloseTo(1, within(1e-4f));
            assertThat(x[1]).isCloseTo(1, within(1e-4f));
        } else {
            assertThat(Math.abs(constant(after, "w")[0])).isCloseTo((float) weight, within(1e-5f));
            assertThat(Math.abs(constant(after, "v")[2])).isCloseTo((float) weight, within(1e-5f));
        }
    }

    /** What makes the input of the last product, and the constants that have to change. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "h = Mul(x, a); a",
                "h = Mul(a, x); a",
                "m = Mul(x, a)\\nh = Add(b, m); a b",
                "m = Mul(x, a)\\nh = Sub(m, b); a b",
                "m = MatMul(x, u)\\nh = Add(m, b); u b",
                "m = MatMul(x, u)\\nr = Relu(m)\\nh = Identity(r); u",
                "h = Gemm(x, u, b) {transB=1, alpha=0.5, beta=3.0}; u b",
                "h = Gemm(x, u); u"
            })
    void whatAScaleCommutesWithIsFoldedInto(String made, String changed) {
        Model model = GraphText.parse(chain(made));
        PassContext context = context(model);
        Model after = Options.defaults(Smooth.class).apply(model, context);

        for (String name : List.of("a", "b", "u")) {
            if (model.graph().consumers(name).isEmpty()) {
                continue;
            }
            assertThat(constant(after, name).clone())
                    .as(name)
                    .matches(
                            values ->
                                    List.of(changed.split(" ")).contains(name)
                                            != java.util.Arrays.equals(
                                                    values, constant(model, name)));
        }
        assertThat(after.graph().nodes()).hasSameSizeAs(model.graph().nodes());
        assertThat(Comparison.error(model, after, context)).isLessThan(1e-5);
    }

    /** Two channels; {@code nodes} make y, and read constants a and b [2], u and w [2,2]. */
    private static String graph(String nodes) {
        return """
                opset 17
                graph (x: float[N,2]) -> (y: float[N,2])
                a: float[2] = [30, 0.25]
                b: float[2] = [-1, 2]
                u: float[2,2] = [3, -40, 0.5, 25]
                w: float[2,2] = [1, 2, -0.5, 4]
                %s
                """
                .formatted(nodes.replace("\\n", "\n"));
    }

    /** {@code made} makes h, which the last product reads. */
    private static String chain(String made) {
        return graph(made + "\ny = MatMul(h, w) as last");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "h = Identity(x); nothing that a scale can be folded into makes 'x'",
                "h = Tanh(x); cannot be folded through Tanh",
                "o: float[] = 0.5\\nh = Mul(x, o); no constant of one number for each channel",
                "h = Mul(x, x); no constant of one number for each channel",
                "m = Mul(x, a)\\nn = Add(m, a)\\nh = Relu(n); of its own",
                "m = Mul(x, a)\\nh = Add(m, x); no constant of one number for each channel",
                "o: float[1] = 3\\ns: float[2,1] = seed(1)\\nm = MatMul(x, s)\\nh = Add(m, b); the channels of 'm' are not known"
            })
    void whatAScaleDoesNotCommuteWithIsRefused(String made, String reason) {
        Model model = GraphText.parse(chain(made));
        PassContext context = context(model);
        Smooth onlyLast = Options.defaults(Smooth.class);

        Model after = onlyLast.apply(model, context);
        assertThat(constant(after, "w")).isEqualTo(constant(model, "w"));
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("'last'") && text.contains(reason));
    }

    @Test
    void aValueThatAResidualSumReadsStaysUnlessAMulMayBeInserted() {
        Model model =
                GraphText.parse(
                        graph("n = LayerNormalization(x, a)\nm = MatMul(n, w)\ny = Add(m, n)"));
        PassContext context = context(model);

        assertThat(FOLDING.apply(model, context)).isSameAs(model);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("something else reads 'n', too; insert-mul"));
        Model inserted = INSERTING.apply(model, context);
        assertThat(inserted.graph().initializers()).containsKey("n_smoothing");
        assertThat(Comparison.operators(inserted)).containsEntry("Mul", 1L);
        assertThat(Comparison.error(model, inserted, context)).isLessThan(1e-5);
    }

    @Test
    void aWeightBetweenTwoSmoothedValuesGetsBothScales() {
        Model model = GraphText.parse(graph("h = Mul(x, a)\nm = MatMul(h, u)\ny = MatMul(m, w)"));
        PassContext context = context(model);
        Model after = FOLDING.apply(model, context);

        assertThat(context.notes()).anyMatch(note -> note.startsWith("2 inputs"));
        assertThat(Comparison.error(model, after, context)).isLessThan(1e-5);
    }

    @Test
    void aSharedWeightStays() {
        Model model = GraphText.parse(graph("h = Mul(x, a)\nm = MatMul(h, w)\ny = MatMul(m, w)"));
        PassContext context = context(model);

        assertThat(FOLDING.apply(model, context)).isSameAs(model);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("something else reads it"));
    }

    @Test
    void aSilentChannelKeepsItsWeights() {
        Model model = GraphText.parse(chain("h = Mul(x, a)").replace("[30, 0.25]", "[30, 0]"));
        Model after = FOLDING.apply(model, context(model));

        assertThat(constant(after, "w")[2]).isEqualTo(-0.5f);
        assertThat(constant(after, "w")[3]).isEqualTo(4);
    }

    /** A normalization of 32 channels, of which two are large where their weights are small. */
    private static Model withOutliers() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        graph (x: float[N,4,32]) -> (y: float[N,4,8])
                        g: float[32] = seed(1)
                        w: float[32,16] = seed(2)
                        v: float[16,8] = seed(3)
                        n = LayerNormalization(x, g)
                        m = MatMul(n, w)
                        r = Relu(m)
                        y = MatMul(r, v)
                        """);
        float[] g = constant(model, "g");
        float[] w = constant(model, "w");
        for (int channel : new int[] {3, 17}) {
            g[channel] *= 60;
            for (int n = 0; n < 16; n++) {
                w[channel * 16 + n] /= 60;
            }
        }
        return model.withGraph(
                new GraphEditor(model.graph())
                        .setInitializer("g", Tensor.ofFloats(Shape.of(32), g))
                        .setInitializer("w", Tensor.ofFloats(Shape.of(32, 16), w))
                        .build());
    }

    @Test
    void outliersCostADynamicQuantizationLittleOnceTheyAreInTheWeights() {
        QuantizeDynamic dynamic = Options.defaults(QuantizeDynamic.class);
        Model model = withOutliers();
        PassContext context = context(model);
        Model smoothed = FOLDING.apply(model, context);

        assertThat(Comparison.error(model, smoothed, context)).isLessThan(1e-5);
        assertThat(Comparison.error(model, dynamic.apply(smoothed, context), context))
                .isLessThan(Comparison.error(model, dynamic.apply(model, context), context) / 5);
    }

    @Test
    void anEncoderStaysTheSame() {
        for (Model model : List.of(Encoder.exported(), Encoder.withFusedOperators())) {
            PassContext context = TokenSamples.context(model, Runners.SINGLE);
            Model folded = FOLDING.apply(model, context);
            Model inserted = INSERTING.apply(model, context);

            // The residual sums read what the other layers do; Gelu comes before the last ones.
            assertThat(folded).isSameAs(model);
            assertThat(Comparison.operators(inserted).get("Mul"))
                    .isEqualTo(Comparison.operators(model).getOrDefault("Mul", 0L) + 10);
            assertThat(Comparison.error(model, inserted, context)).isLessThan(1e-5);
        }
    }

    @Test
    void activationsThatAreNotFiniteAreAnError() {
        Model model = GraphText.parse(chain("s = Sqrt(x)\nh = Mul(s, a)"));

        assertThatThrownBy(() -> FOLDING.apply(model, context(model)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("NaN in 'h'");
    }

    @Test
    void anInputThatIsInfiniteOnSomeSampleIsNotSmoothed() {
        Model model = GraphText.parse(chain("z: float[] = 0\ni = Div(x, z)\nh = Mul(i, a)"));
        PassContext context = context(model);

        assertThat(FOLDING.apply(model, context)).isSameAs(model);
        assertThat(context.skips())
                .map(Object::toString)
                .anyMatch(skip -> skip.startsWith("h: its layers are not smoothed: it has been "))
                .anyMatch(skip -> skip.endsWith("Infinity, first on calibration sample 0"));
    }

    @Test
    void aModelWithoutLinearLayersIsLeftAlone() {
        Model model = GraphText.parse(graph("y = Relu(x)"));
        PassContext context = context(model);

        assertThat(FOLDING.apply(model, context)).isSameAs(model);
        assertThat(context.notes()).anyMatch(note -> note.startsWith("nothing was smoothed"));
    }

    @Test
    void aQuantizedModelIsLeftAlone() {
        Model model = Encoder.exported();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model quantized = Options.defaults(QuantizeDynamic.class).apply(model, context);

        assertThat(INSERTING.apply(quantized, context)).isSameAs(quantized);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("already quantized"));
    }

    @Test
    void isFoundByItsNameNeedsDataAndPreviewsWithoutAny() {
        Model model = Encoder.exported();

        assertThat(PassRegistry.load().find("smooth")).isPresent();
        assertThat(FOLDING.needsData()).isTrue();
        assertThat(INSERTING.preview(model, PassContext.of(model)).graph().nodes())
                .hasSizeGreaterThan(model.graph().nodes().size());
    }
}
