package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.internal.repair.ChannelMeans;
import dev.espalier.quantize.internal.repair.ClippedNormal;
import dev.espalier.quantize.internal.repair.Closeness;
import dev.espalier.quantize.internal.repair.RepairedLayers;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.CorrectionMethod;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.Rounding;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.PassTester;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrectBiasTest {
    private static CorrectBias byActivations(int bits) {
        return Options.defaults(CorrectBias.class).withWeightBits(bits);
    }

    private static CorrectBias analytic(int bits) {
        return Options.defaults(CorrectBias.class)
                .withMethod(CorrectionMethod.ANALYTIC)
                .withWeightBits(bits);
    }

    private static Model nearest(int bits, Model model, PassContext context) {
        return Options.defaults(RoundWeights.class)
                .withWeightBits(bits)
                .withRounding(Rounding.NEAREST)
                .apply(model, context);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyLayerOfTheRoundedNetworkHasTheMeansOfTheFloatOne(long seed) {
        Model model = RandomGraphs.cnn(seed);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        Model corrected = byActivations(3).apply(model, context);
        Model rounded = nearest(3, corrected, context);

        List<Map<String, Tensor>> inputs =
                InputBatches.of(model, context.data().calibration(), 512);
        ShapeInference types = ShapeInference.of(corrected);
        int checked = 0;
        for (Node node : corrected.graph().nodes()) {
            if (!node.is("Conv") && !node.is("Gemm")) {
                continue;
            }
            Layer layer = RepairedLayers.find(node, types).layer().orElseThrow();
            double[] wanted = new ChannelMeans(layer, inputs, context).of(model);
            double[] found = new ChannelMeans(layer, inputs, context).of(rounded);
            for (int c = 0; c < wanted.length; c++) {
                assertThat(found[c])
                        .as("%s, channel %d", node.label(), c)
                        .isCloseTo(wanted[c], within(1e-3 * (1 + Math.abs(wanted[c]))));
            }
            checked++;
        }
        assertThat(checked).isGreaterThan(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void theQuantizedNetworkIsNoFurtherFromTheFloatOne(long seed) {
        Model model = RandomGraphs.cnn(seed);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Quantize quantize =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .withIntegers(Options.defaults(Integers.class).withPerChannel(false));
        CorrectBias pass = Options.defaults(CorrectBias.class).withPerChannel(false);

        double without = Closeness.decibels(model, quantize.apply(model, context), context);
        double with =
                Closeness.decibels(
                        model, quantize.apply(pass.apply(model, context), context), context);

        // Activations are rounded as well, which goes one way or the other.
        assertThat(with).isGreaterThan(without - 1);
    }

    private static final String NORMALIZED =
            """
            opset 17
            graph (x: float[N,2,8,8]) -> (y: float[N,2,8,8])
            one: float[2,1,1,1] = [1, 1]
            scale: float[2] = [2, 0.5]
            shift: float[2] = [0.5, -0.25]
            mean: float[2] = [0, 0]
            variance: float[2] = [1, 1]
            w: float[2,2,1,1] = [1, 0.4, -0.3, 0.71]
            c = Conv(x, one) {group=2}
            n = BatchNormalization(c, scale, shift, mean, variance)
            r = Relu(n)
            y = Conv(r, w) as last
            """;

    @Test
    void statisticsSayNearlyWhatActivationsDo() {
        Model model = GraphText.parse(NORMALIZED);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        double[] measured = bias(byActivations(2).apply(model, context));
        double[] computed = bias(analytic(2).apply(model, context));

        assertThat(measured[0]).isNotZero();
        for (int c = 0; c < measured.length; c++) {
            assertThat(computed[c]).isCloseTo(measured[c], within(0.02));
        }
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("tells the mean of 'x'"));
    }

    private static double[] bias(Model model) {
        Node last = model.graph().producer("y").orElseThrow();
        return model.graph().constant(last.input(2)).orElseThrow().toDoubles();
    }

    @Test
    void theMeansOfClippedNormalNumbersAreExact() {
        double infinite = Double.POSITIVE_INFINITY;
        ClippedNormal relu = ClippedNormal.of(0, 1, 0, infinite);
        assertThat(relu.mean()).isCloseTo(1 / Math.sqrt(2 * Math.PI), within(1e-6));
        assertThat(relu.variance()).isCloseTo(0.5 - 1 / (2 * Math.PI), within(1e-6));

        ClippedNormal both = ClippedNormal.of(3, 50, 0, 6);
        assertThat(both.mean()).isCloseTo(3, within(1e-5));
        assertThat(ClippedNormal.of(-2, 0, 0, 6)).isEqualTo(new ClippedNormal(0, 0));
        assertThat(ClippedNormal.of(100, 1, 0, 6).mean()).isCloseTo(6, within(1e-5));
        assertThat(ClippedNormal.of(5, 2, 0, infinite).mean()).isCloseTo(5.004, within(1e-3));
    }

    @Test
    void weightsStayAsTheyAre() {
        Model model = GraphText.parse(NORMALIZED);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        Model corrected = byActivations(4).apply(model, context);

        assertThat(corrected.graph().constant("w")).isEqualTo(model.graph().constant("w"));
    }

    @Test
    void layersWithoutAPlaceForABiasAreNamed() {
        PassTester.given(
                        """
                        opset 17
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = [1, 2, 3, 4]
                        y = MatMul(x, w) as only
                        """)
                .when(analytic(8))
                .unchangedBecause("MatMul 'only': its bias is not corrected: it has none")
                .noted("nothing was corrected");
    }

    @Test
    void withoutStatisticsAnalyticCorrectionSaysWhatElseToDo() {
        PassTester.given(
                        """
                        opset 17
                        graph (x: float[N,1,2,2]) -> (y: float[N,1,2,2])
                        w: float[1,1,1,1] = [0.3]
                        y = Conv(x, w)
                        """)
                .when(analytic(8))
                .unchangedBecause("method: activations needs none");
    }

    @Test
    void onlyActivationsNeedData() {
        assertThat(byActivations(8).needsData()).isTrue();
        assertThat(analytic(8).needsData()).isFalse();
    }
}
