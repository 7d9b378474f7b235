package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.quantize.internal.grid.WeightGrid;
import dev.espalier.quantize.internal.grid.WeightPairs;
import dev.espalier.quantize.internal.kernel.Foldings;
import dev.espalier.quantize.internal.kernel.LayerPairs;
import dev.espalier.quantize.internal.repair.Closeness;
import dev.espalier.quantize.internal.repair.RepairedLayers;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.LearningSettings;
import dev.espalier.quantize.option.Rounding;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.PassTester;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundWeightsTest {
    private static final LearningSettings SHORT =
            Options.defaults(LearningSettings.class).withSamples(32).withIterations(200);

    private static RoundWeights pass(int bits, Rounding rounding, String... exclude) {
        return Options.defaults(RoundWeights.class)
                .withWeightBits(bits)
                .withRounding(rounding)
                .withLearning(SHORT)
                .withExclude(List.of(exclude));
    }

    private static PassTester.Outcome nearest(int bits, String text, String... exclude) {
        return PassTester.given(text).when(pass(bits, Rounding.NEAREST, exclude));
    }

    private static final String CONV =
            """
            opset 17
            graph (x: float[N,1,1,4]) -> (y: float[N,2,1,1])
            w: float[2,1,1,4] = [7, 2.4, -0.6, 0, 0.14, -0.06, 0.02, 0.1]
            y = Conv(x, w) as first
            """;

    @Test
    void layersThatNoOutputDependsOnAreNoObstacle() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,4]) -> (y)
                        w: float[4,4] = seed(1)
                        u: float[4,4] = seed(2)
                        v: float[4,4] = seed(3)
                        y = Gemm(x, w) as used
                        a = Gemm(x, u) as unused
                        b = Gemm(a, v) as neither
                        """);

        Model rounded = pass(4, Rounding.NEAREST).preview(model, PassContext.of(model));

        assertThat(rounded.graph().nodes()).extracting(Node::name).containsExactly("used");
    }

    @Test
    void eachChannelHasItsOwnGridOfIntegers() {
        nearest(4, CONV)
                .then(
                        """
                        opset 17
                        graph (x: float[N,1,1,4]) -> (y: float[N,2,1,1])
                        w: float[2,1,1,4] = [7, 2, -1, 0, 0.14, -0.06, 0.02, 0.1]
                        y = Conv(x, w)
                        """)
                .noted("1 layers with weights of 4 bits");
    }

    @Test
    void columnsOfAMatrixAreChannelsToo() {
        nearest(
                        4,
                        """
                        opset 17
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = [7, 0.14, 2.4, -0.06]
                        y = MatMul(x, w)
                        """)
                .then(
                        """
                        opset 17
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = [7, 0.14, 2, -0.06]
                        y = MatMul(x, w)
                        """);
    }

    @Test
    void factorsOfAGemmAreMultipliedInBefore() {
        nearest(
                        4,
                        """
                        opset 17
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = [14, 0.28, 4.8, -0.12]
                        b: float[2] = [1, 2]
                        y = Gemm(x, w, b) {alpha=0.5, beta=2.0}
                        """)
                .then(
                        """
                        opset 17
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = [7, 0.14, 2, -0.06]
                        b: float[2] = [1, 2]
                        y = Gemm(x, w, b) {beta=2.0}
                        """);
    }

    @Test
    void whatCannotBeRoundedIsNamed() {
        nearest(
                        4,
                        """
                        opset 17
                        graph (x: float[N,1,4,4], z: float[1,1,1,1]) -> (y: float[N,1,4,4])
                        w: float[1,1,1,1] = [1]
                        a = Conv(x, z) as first
                        y = ConvTranspose(a, w) as second
                        """)
                .skipped("Conv 'first': its weights are not rounded: its weight is computed")
                .skipped("only Conv, Gemm and MatMul are taken")
                .unchanged();
        nearest(4, CONV, "first").unchangedBecause("listed under 'exclude'");
        assertThatThrownBy(() -> nearest(4, CONV, "frist"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("[frist]");
    }

    @Test
    void onlyLearningNeedsData() {
        assertThat(pass(4, Rounding.NEAREST).needsData()).isFalse();
        assertThat(pass(4, Rounding.LEARNED).needsData()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void learningBringsTheOutputNearer(long seed) {
        Model model = RandomGraphs.cnn(seed);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        Model nearest = pass(4, Rounding.NEAREST).apply(model, context);
        Model learned = pass(4, Rounding.LEARNED).apply(model, context);

        assertThat(Closeness.decibels(model, learned, context))
                .as("seed %d", seed)
                .isGreaterThan(Closeness.decibels(model, nearest, context));
    }

    @Test
    void learningIsRepeatable() {
        Model model = RandomGraphs.cnn(3);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        assertThat(pass(4, Rounding.LEARNED).apply(model, context).graph())
                .isEqualTo(pass(4, Rounding.LEARNED).apply(model, context).graph());
    }

    @Test
    void quantizeKeepsTheGrid() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        graph (x: float[N,4,6,6]) -> (y: float[N,8,4,4])
                        w: float[8,4,3,3] = seed(1)
                        y = Conv(x, w)
                        """);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Model rounded = pass(4, Rounding.LEARNED).apply(model, context);

        Model quantized =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .apply(rounded, context);

        Tensor weight =
                quantized.graph().initializers().values().stream()
                        .map(Initializer::tensor)
                        .filter(tensor -> tensor.dataType() == DataType.INT8)
                        .filter(tensor -> tensor.shape().rank() == 4)
                        .findFirst()
                        .orElseThrow();
        assertThat(IntStream.range(0, (int) weight.elementCount()).map(i -> weight.bytes().get(i)))
                .allMatch(q -> Math.abs(q) <= 7);
    }

    @Test
    void aDepthwiseConvolutionAndAGemmLearnToo() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        graph (x: float[N,4,6,6]) -> (y: float[N,3])
                        w: float[8,2,3,3] = seed(1)
                        v: float[8,1,3,3] = seed(2)
                        u: float[32,3] = seed(3)
                        b: float[3] = [1, 2, 3]
                        a = Conv(x, w) {group=2, strides=[2,2], pads=[1,1,1,1]}
                        c = Conv(a, v) {group=8, pads=[0,1,0,1], strides=[1,2]}
                        f = Flatten(c)
                        g = Gemm(f, t, b)
                        t: float[16,3] = seed(4)
                        m = Relu(g)
                        y = MatMul(m, s)
                        s: float[3,3] = seed(5)
                        """);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        pass(4, Rounding.LEARNED).apply(model, context);

        Pattern figures = Pattern.compile("(.*) dB of signal over error, (.*) dB rounded");
        List<Matcher> layers =
                context.notes().stream()
                        .map(note -> figures.matcher(note.replaceFirst(".*: ", "")))
                        .filter(Matcher::find)
                        .toList();
        assertThat(layers).hasSize(4);
        assertThat(layers)
                .allMatch(
                        layer ->
                                Double.parseDouble(layer.group(1))
                                        >= Double.parseDouble(layer.group(2)));
    }

    /** The logarithm of a negative number, which normally distributed inputs have. */
    private static final Model UNDEFINED =
            GraphText.parse(
                    """
                    opset 17
                    graph (x: float[N,1,4,4]) -> (y: float[N,2,4,4])
                    w: float[2,1,1,1] = [1, 0.3]
                    l = Log(x)
                    y = Conv(l, w) as first
                    """);

    @Test
    void activationsThatAreNoNumbersAreRefused() {
        PassContext context = RandomSamples.context(UNDEFINED, Runners.SINGLE);

        assertThatThrownBy(() -> pass(4, Rounding.LEARNED).apply(UNDEFINED, context))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(
                        "Conv 'first' reads or gives NaN or infinity: 'l' is NaN on calibration sample 0");
        assertThatThrownBy(
                        () ->
                                Options.defaults(CorrectBias.class)
                                        .withSamples(32)
                                        .apply(UNDEFINED, context))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(
                        "Conv 'first' reads or gives NaN or infinity: 'y' is NaN on calibration sample 0");
    }

    @Test
    void fewerSamplesThanAFixedBatchAreRefused() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        graph (x: float[64,1,4,4]) -> (y: float[64,2,4,4])
                        w: float[2,1,1,1] = [1, 0.3]
                        y = Conv(x, w)
                        """);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        assertThatThrownBy(() -> pass(4, Rounding.LEARNED).apply(model, context))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("calibration.samples");
    }

    /** What {@code quantize} would round again would not be what was learned. */
    @ParameterizedTest
    @EnumSource
    void eightBitsAreRoundedToAGridOnWhichNothingSaturates(Rounding rounding) {
        Model model = FoldBatchNorm.fold(RandomGraphs.cnn(4));
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Model rounded = pass(8, rounding).apply(model, context);
        ShapeInference types = ShapeInference.of(rounded);
        int layers = 0;

        for (Node node : rounded.graph().nodes()) {
            Layer layer =
                    Layer.isWeighted(node)
                            ? RepairedLayers.find(node, types).layer().orElse(null)
                            : null;
            // Fewer weights that are not zero may lie on some grid by chance, and are not looked
            // at.
            if (layer != null && layer.depth() >= 16) {
                WeightPairs pairs = LayerPairs.of(node, rounded.graph(), types, Foldings.USUAL);
                int axis = layer.form().outputAxis(layer.weight().shape());
                WeightGrid grid = WeightGrid.of(layer.weight(), axis, pairs);
                float[] kept = grid.rounded(layer.weight()).toFloats();
                assertThat(kept).containsExactly(layer.weight().toFloats(), within(1e-6f));
                layers++;
            }
        }
        assertThat(layers).isGreaterThan(1);
    }
}
