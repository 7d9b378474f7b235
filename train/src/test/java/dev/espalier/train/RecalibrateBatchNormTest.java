package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.MixingSettings;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecalibrateBatchNormTest {
    private static final String STACKED =
            """
            graph (x: float[N,3,8,8]) -> (y: float[N,4,8,8])
            w1: float[4,3,3,3] = seed(1)
            scale: float[4] = [1, 2, 0.5, -1]
            shift: float[4] = [0, 1, 2, 3]
            mean1: float[4] = [5, 5, 5, 5]
            variance1: float[4] = [9, 9, 9, 9]
            w2: float[4,4,1,1] = seed(2)
            mean2: float[4] = fill(0)
            variance2: float[4] = fill(1)
            h = Conv(x, w1) {pads=[1,1,1,1]}
            n = BatchNormalization(h, scale, shift, mean1, variance1)
            r = Relu(n)
            k = Conv(r, w2)
            y = BatchNormalization(k, scale, shift, mean2, variance2)
            """;

    /** One batch, so that the mean over batches is that of the batch. */
    private static final int IMAGES = 64;

    @BeforeEach
    void onOneThread() {
        TorchModule.threads(1);
    }

    private static PassContext context(Model model) {
        PatternImages images = new PatternImages(IMAGES, 4, 8, 1);
        return PassContext.of(model)
                .withRunner(new OrtRunner())
                .withData(new DataSplits(images, images, images, images));
    }

    private static Model recalibrate(Model model) {
        return new RecalibrateBatchNorm(IMAGES, AugmentationSettings.NONE)
                .apply(model, context(model));
    }

    private static float[] constant(Model model, String name) {
        return model.graph().constant(name).orElseThrow().toFloats();
    }

    /** Mean and variance of a value's channels, by ONNX Runtime. */
    private static double[][] expected(Model model, String value, int channels) {
        int[] all = IntStream.range(0, IMAGES).toArray();
        return expected(model, value, channels, new PatternImages(IMAGES, 4, 8, 1).batch(all));
    }

    private static double[][] expected(Model model, String value, int channels, Batch images) {
        Tensor tensor;
        try (var session = new OrtRunner().open(model, List.of(value))) {
            tensor = session.run(images.inputs()).get(value);
        }
        float[] values = tensor.toFloats();
        int area = values.length / IMAGES / channels;
        double[][] statistics = new double[2][channels];
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            double squares = 0;
            for (int n = 0; n < IMAGES; n++) {
                for (int i = 0; i < area; i++) {
                    double element = values[(n * channels + c) * area + i];
                    sum += element;
                    squares += element * element;
                }
            }
            int count = IMAGES * area;
            statistics[0][c] = sum / count;
            statistics[1][c] = (squares - sum * sum / count) / (count - 1);
        }
        return statistics;
    }

    private static void assertClose(float[] actual, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-3));
        }
    }

    @Test
    void everyNormalizationFitsWhatArrivesAfterThoseBeforeIt() {
        Model model = GraphText.parse(STACKED);
        Model measured = recalibrate(model);
        for (int i = 1; i <= 2; i++) {
            // The second sees what the first, with its new statistics, lets through.
            double[][] expected = expected(measured, i == 1 ? "h" : "k", 4);
            assertClose(constant(measured, "mean" + i), expected[0]);
            assertClose(constant(measured, "variance" + i), expected[1]);
        }
    }

    @Test
    void measuresImagesAsTrainingSeesThem() {
        Model model = GraphText.parse(STACKED);
        AugmentationSettings padded = Options.defaults(AugmentationSettings.class).withPadding(3);
        PassContext context = context(model);
        Model measured = new RecalibrateBatchNorm(IMAGES, padded).apply(model, context);
        Batching batching = Batching.training(IMAGES, padded.toAugmentation(), context.seed());
        try (BatchStream batches = BatchStream.open(context.data().training(), batching, 0)) {
            double[][] expected = expected(measured, "h", 4, batches.next());
            assertClose(constant(measured, "mean1"), expected[0]);
            assertClose(constant(measured, "variance1"), expected[1]);
        }
        assertThat(constant(measured, "mean1")).isNotEqualTo(constant(recalibrate(model), "mean1"));
    }

    @Test
    void refusesMixturesOfExamples() {
        AugmentationSettings mixed =
                AugmentationSettings.NONE.withMixing(new MixingSettings(0.2, 0));
        assertThatThrownBy(() -> new RecalibrateBatchNorm(IMAGES, mixed))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("remove mixing");
    }

    @Test
    void changesNothingButStatistics() {
        Model model = GraphText.parse(STACKED);
        Model measured = recalibrate(model);
        assertThat(measured.graph().nodes()).isEqualTo(model.graph().nodes());
        for (String name : List.of("w1", "w2", "scale", "shift")) {
            assertThat(measured.graph().constant(name)).isEqualTo(model.graph().constant(name));
        }
    }

    @Test
    void aSecondTimeGivesTheSame() {
        Model once = recalibrate(GraphText.parse(STACKED));
        assertThat(recalibrate(once)).isEqualTo(once);
    }

    @Test
    void saysHowFarAMeanMoved() {
        Model model = GraphText.parse(STACKED);
        PassContext context = context(model);
        new RecalibrateBatchNorm(IMAGES, AugmentationSettings.NONE).apply(model, context);
        assertThat(context.notes())
                .hasSize(2)
                .anyMatch(
                        note ->
                                note.startsWith(
                                        "measured 2 batch normalizations; a mean moved by up to "))
                .anyMatch(note -> note.startsWith("against the network before this pass, on "));
    }

    @Test
    void sharedStatisticsAreTakenApart() {
        Model model = GraphText.parse(STACKED.replace("mean2, variance2)", "mean1, variance1)"));
        Model measured = recalibrate(model);
        Node first = measured.graph().producer("n").orElseThrow();
        Node second = measured.graph().producer("y").orElseThrow();
        assertThat(second.input(3)).isNotEqualTo(first.input(3));
        assertClose(constant(measured, second.input(3)), expected(measured, "k", 4)[0]);
    }

    @Test
    void takesTheMeanOverSeveralBatches() {
        Model model = GraphText.parse(STACKED);
        PatternImages many = new PatternImages(384, 4, 8, 1);
        PassContext context = context(model).withData(new DataSplits(many, many, many, many));
        Model measured =
                new RecalibrateBatchNorm(300, AugmentationSettings.NONE).apply(model, context);
        Model all = new RecalibrateBatchNorm(2048, AugmentationSettings.NONE).apply(model, context);
        assertThat(constant(measured, "mean1")).isNotEqualTo(constant(all, "mean1"));
        for (int i = 0; i < 4; i++) {
            assertThat((double) constant(measured, "mean1")[i])
                    .isCloseTo(constant(all, "mean1")[i], within(0.1));
        }
    }

    @Test
    void leavesANetworkWithoutBatchNormAsItIs() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,3,8,8]) -> (y)
                        w1: float[4,3,3,3] = seed(1)
                        b1: float[4] = seed(2)
                        y = Conv(x, w1, b1) {pads=[1,1,1,1]}
                        """);
        PassContext context = context(model);
        assertThat(
                        new RecalibrateBatchNorm(IMAGES, AugmentationSettings.NONE)
                                .apply(model, context))
                .isSameAs(model);
        assertThat(context.notes()).singleElement().asString().contains("no batch normalization");
    }

    @Test
    void leavesStatisticsThatAreNoInitializers() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,3,8,8]) -> (y)
                        s: float[3] = fill(1)
                        m: float[3] = fill(0)
                        made = Identity(m)
                        y = BatchNormalization(x, s, m, made, s) as norm
                        """);
        PassContext context = context(model);
        assertThat(
                        new RecalibrateBatchNorm(IMAGES, AugmentationSettings.NONE)
                                .apply(model, context))
                .isSameAs(model);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .singleElement()
                .asString()
                .contains("norm");
    }

    @Test
    void refusesDataOfAnotherShape() {
        Model model = GraphText.parse(STACKED.replace("8,8]", "9,9]"));
        assertThatThrownBy(() -> recalibrate(model)).isInstanceOf(DataException.class);
    }

    @Test
    void thePreviewCountsAndNeedsNoData() {
        Model model = GraphText.parse(STACKED);
        PassContext context = PassContext.of(model);
        assertThat(new RecalibrateBatchNorm(9, AugmentationSettings.NONE).preview(model, context))
                .isSameAs(model);
        assertThat(context.notes()).singleElement().asString().contains("2 batch norm");
        assertThat(new RecalibrateBatchNorm(9, AugmentationSettings.NONE).needsData()).isTrue();
        assertThatThrownBy(
                        () ->
                                new RecalibrateBatchNorm(9, AugmentationSettings.NONE)
                                        .apply(model, context))
                .isInstanceOf(InvalidOptionException.class);
    }

    @Test
    void theCatalogueListsIt() {
        assertThat(PassRegistry.load().find("recalibrate-batch-norm"))
                .contains(RecalibrateBatchNorm.class);
    }
}
