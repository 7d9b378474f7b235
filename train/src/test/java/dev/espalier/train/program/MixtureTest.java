package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.loss.TargetDifference;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.MixingSettings;
import dev.espalier.train.regime.Regime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Losses of mixed examples against losses computed by hand. */
class MixtureTest {
    private static final Model LINEAR =
            GraphText.parse(
                    """
                    graph (x: float[N,2]) -> (logits: float[N,2])
                    w: float[2,2] = [1, 0, 0, 1]
                    logits = Gemm(x, w) {transB=1}
                    """);

    /** Its outputs are its pixels, each times 1. */
    private static final Model PIXELS =
            GraphText.parse(
                    """
                    graph (x: float[N,1,3,4]) -> (y: float[N,1,3,4])
                    one: float[1] = fill(1)
                    y = Mul(x, one)
                    """);

    /** The sum of the first output times numbers that tell its elements apart. */
    private record Fingerprint(Tensor numbers) implements Objective {
        @Override
        public String write(LossWriter writer) {
            String weight = writer.weight("numbers", numbers);
            return "torch.sum(torch.mul(%s, %s))".formatted(writer.scores(), weight);
        }
    }

    /** The mean squared difference from the first output of a teacher. */
    private record Imitation(List<Model> teachers) implements Objective {
        @Override
        public String write(LossWriter writer) {
            return "torch.mse_loss(%s, %s)".formatted(writer.scores(), writer.scores(0));
        }
    }

    private static final MixingSettings MIXUP = new MixingSettings(0.2, 0);
    private static final MixingSettings CUTMIX = new MixingSettings(0, 1);
    private static final MixingSettings BOTH = new MixingSettings(0.2, 1);

    private static Regime mixing(MixingSettings settings) {
        return Programs.EXACT.withAugmentation(AugmentationSettings.NONE.withMixing(settings));
    }

    /** The results of the program's {@code part}. */
    private static List<Tensor> part(
            Model model, Objective objective, MixingSettings settings, Tensor... arguments) {
        TorchProgram program =
                TorchProgram.training(
                        model,
                        InputShapes.ofBatch(arguments[0].shape().size(0)),
                        1,
                        objective,
                        mixing(settings),
                        Map.of());
        try (TorchModule module = TorchModule.load(program.archive())) {
            return module.run("part", List.of(arguments));
        }
    }

    private static double crossEntropy(double a, double b, int label) {
        return Math.log(Math.exp(a) + Math.exp(b)) - (label == 0 ? a : b);
    }

    /** Examples 0 and 2 are each other's partners, and example 1 is its own. */
    private static final double[][] X = {{1, 2}, {-1, 0.5}, {3, -2}};

    private static final Tensor INPUT = Tensor.ofFloats(Shape.of(3, 2), 1, 2, -1, 0.5f, 3, -2);
    private static final Tensor LABELS = Tensor.ofLongs(Shape.of(3), 0, 1, 1);

    private static double expected(double blend, double share) {
        int[] labels = {0, 1, 1};
        double loss = 0;
        for (int i = 0; i < 3; i++) {
            double a = blend * X[i][0] + (1 - blend) * X[2 - i][0];
            double b = blend * X[i][1] + (1 - blend) * X[2 - i][1];
            loss += share * crossEntropy(a, b, labels[i]);
            loss += (1 - share) * crossEntropy(a, b, labels[2 - i]);
        }
        return loss / 3;
    }

    @Test
    void mixupBlendsInputsAndLosses() {
        for (MixingSettings settings : List.of(MIXUP, BOTH)) {
            for (double share : new double[] {1, 0.75, 0.5, 0.125, 0}) {
                Tensor mix = Mixture.blending(share).toTensor();
                Model model = settings.cutmix() > 0 ? flattened() : LINEAR;
                Tensor x =
                        settings.cutmix() > 0
                                ? Tensor.ofFloats(Shape.of(3, 2, 1, 1), INPUT.toFloats())
                                : INPUT;
                double loss =
                        part(model, new CrossEntropy(0), settings, x, LABELS, mix)
                                .get(0)
                                .toFloats()[0];
                assertThat(loss).isCloseTo(expected(share, share), within(1e-6));
            }
        }
    }

    /** LINEAR for images of one pixel. */
    private static Model flattened() {
        return GraphText.parse(
                """
                graph (x: float[N,2,1,1]) -> (logits: float[N,2])
                w: float[2,2] = [1, 0, 0, 1]
                f = Flatten(x)
                logits = Gemm(f, w) {transB=1}
                """);
    }

    @Test
    void theGradientIsThatOfTheBlend() {
        double share = 0.75;
        Tensor mix = Mixture.blending(share).toTensor();
        float[] found =
                part(LINEAR, new CrossEntropy(0), MIXUP, INPUT, LABELS, mix).get(2).toFloats();
        double[][] labels = {{1, 0}, {0, 1}, {0, 1}};
        double[][] wanted = new double[2][2];
        for (int i = 0; i < 3; i++) {
            double[] x = new double[2];
            for (int k = 0; k < 2; k++) {
                x[k] = share * X[i][k] + (1 - share) * X[2 - i][k];
            }
            double first = 1 / (1 + Math.exp(x[1] - x[0]));
            for (int c = 0; c < 2; c++) {
                double p = c == 0 ? first : 1 - first;
                double target = share * labels[i][c] + (1 - share) * labels[2 - i][c];
                for (int k = 0; k < 2; k++) {
                    wanted[c][k] += (p - target) * x[k] / 3;
                }
            }
        }
        for (int i = 0; i < 4; i++) {
            assertThat((double) found[i]).isCloseTo(wanted[i / 2][i % 2], within(1e-6));
        }
    }

    @Test
    void floatTargetsAreMixedAsLabelsAre() {
        Tensor targets = Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4);
        Tensor x = Tensor.ofFloats(Shape.of(2, 2), 0, 0, 4, 8);
        Tensor mix = Mixture.blending(0.25).toTensor();
        // Blends are (3, 6) and (1, 2); squares are 4, 16, 4, 4 of the own targets and 0, 4, 0, 0
        // of the partners'.
        double loss =
                part(LINEAR, new TargetDifference(true), MIXUP, x, targets, mix)
                        .get(0)
                        .toFloats()[0];
        assertThat(loss).isCloseTo(0.25 * 28 / 4 + 0.75 * 4 / 4, within(1e-6));
    }

    @Test
    void countsTheLabelOfTheLargerShare() {
        Tensor labels = Tensor.ofLongs(Shape.of(2), 0, 1);
        Tensor apart = Tensor.ofFloats(Shape.of(2, 2), 2, 1, 1, 2);
        for (double share : new double[] {1, 0.6, 0.4, 0}) {
            assertThat(correct(apart, labels, share)).isEqualTo(2);
        }
        // Whatever the share, both mixtures look like class 0.
        Tensor alike = Tensor.ofFloats(Shape.of(2, 2), 2, 1, 2, 1);
        assertThat(correct(alike, labels, 0.9)).isEqualTo(1);
        assertThat(correct(alike, Tensor.ofLongs(Shape.of(2), 1, 1), 0.1)).isZero();
    }

    private static double correct(Tensor x, Tensor labels, double share) {
        Tensor mix = Mixture.blending(share).toTensor();
        return part(LINEAR, new CrossEntropy(0), MIXUP, x, labels, mix).get(1).toFloats()[0];
    }

    /** Different numbers at each of the elements of two images [1, 3, 4]. */
    private static Tensor images() {
        float[] values = new float[24];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return Tensor.ofFloats(Shape.of(2, 1, 3, 4), values);
    }

    /** What the network sees: the gradient of the fingerprint's numbers. */
    private static float[] seen(MixingSettings settings, Mixture mixture) {
        Fingerprint objective =
                new Fingerprint(Tensor.ofFloats(Shape.of(2, 1, 3, 4), new float[24]));
        List<Tensor> results =
                part(
                        PIXELS,
                        objective,
                        settings,
                        images(),
                        Tensor.ofLongs(Shape.of(2), -1, -1),
                        mixture.toTensor());
        return results.stream()
                .skip(2)
                .filter(gradient -> gradient.shape().elementCount() == 24)
                .findFirst()
                .orElseThrow()
                .toFloats();
    }

    @Test
    void cutmixPastesExactlyTheBox() {
        Mixture mixture = Mixture.pasting(new Mixture.Box(1, 3, 0, 2), 3, 4);
        assertThat(mixture.share()).isCloseTo(1 - 4.0 / 12, within(1e-12));
        for (MixingSettings settings : List.of(CUTMIX, BOTH)) {
            assertThat(seen(settings, mixture))
                    .containsExactly(
                            1, 2, 3, 4, 17, 18, 7, 8, 21, 22, 11, 12, 13, 14, 15, 16, 5, 6, 19, 20,
                            9, 10, 23, 24);
        }
    }

    @Test
    void anEmptyBoxAndAFullShareChangeNothing() {
        Mixture nothing = Mixture.pasting(new Mixture.Box(1, 1, 0, 4), 3, 4);
        assertThat(nothing.share()).isEqualTo(1);
        for (MixingSettings settings : List.of(CUTMIX, BOTH)) {
            assertThat(seen(settings, nothing)).containsExactly(images().toFloats());
        }
        assertThat(seen(BOTH, Mixture.blending(1))).containsExactly(images().toFloats());
    }

    @Test
    void theCallersTensorsStayAsTheyAre() {
        Tensor x = images();
        Tensor before = Tensor.ofFloats(x.shape(), x.toFloats());
        ByteBuffer direct = ByteBuffer.allocateDirect(24 * 4).order(ByteOrder.LITTLE_ENDIAN);
        direct.asFloatBuffer().put(x.toFloats());
        Tensor held = Tensor.of(x.dataType(), x.shape(), direct);
        part(
                PIXELS,
                new Fingerprint(x),
                CUTMIX,
                held,
                Tensor.ofLongs(Shape.of(2), -1, -1),
                Mixture.pasting(new Mixture.Box(0, 3, 0, 4), 3, 4).toTensor());
        assertThat(held).isEqualTo(before);
    }

    @Test
    void teachersSeeTheMixtures() {
        Model teacher =
                GraphText.parse(
                        """
                        graph (x: float[N,2]) -> (logits: float[N,2])
                        w: float[2,2] = [2, 0, 0, 2]
                        logits = Gemm(x, w) {transB=1}
                        """);
        Tensor x = Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, -2);
        Tensor mix = Mixture.blending(0.75).toTensor();
        Tensor none = Tensor.ofLongs(Shape.of(2), -1, -1);
        // The difference is the blend itself: (1.5, 1) and (2.5, -1).
        List<Tensor> results = part(LINEAR, new Imitation(List.of(teacher)), MIXUP, x, none, mix);
        assertThat(results.get(0).toFloats()[0])
                .isCloseTo((1.5f * 1.5f + 1 + 2.5f * 2.5f + 1) / 4, within(1e-6f));
        assertThat(results.get(1).toFloats()[0]).isEqualTo(2);
    }

    @Test
    void eachPartMixesWithinItself() {
        TorchProgram whole = program(2, 1);
        TorchProgram parts = program(2, 2);
        Tensor first = Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, -2);
        Tensor second = Tensor.ofFloats(Shape.of(2, 2), -1, 0.5f, 0, 4);
        Tensor both = Tensor.ofFloats(Shape.of(4, 2), 1, 2, 3, -2, -1, 0.5f, 0, 4);
        List<Float> losses = new ArrayList<>();
        for (Tensor x : List.of(first, second)) {
            losses.add(step(whole, x, Tensor.ofLongs(Shape.of(2), 0, 1)));
        }
        float loss = step(parts, both, Tensor.ofLongs(Shape.of(4), 0, 1, 0, 1));
        assertThat(loss).isCloseTo((losses.get(0) + losses.get(1)) / 2, within(1e-6f));
    }

    private static TorchProgram program(int part, int parts) {
        return TorchProgram.training(
                LINEAR,
                InputShapes.ofBatch(part),
                parts,
                new CrossEntropy(0),
                mixing(MIXUP),
                Map.of());
    }

    private static float step(TorchProgram program, Tensor x, Tensor labels) {
        try (TorchModule module = TorchModule.load(program.archive())) {
            Tensor rate = Tensor.ofFloats(Shape.of(1), 0);
            Tensor mix = Mixture.blending(0.75).toTensor();
            return module.run("step", List.of(x, labels, rate, mix)).get(0).toFloats()[0];
        }
    }

    @Test
    void aProgramWithoutMixingReadsNoMixture() {
        TorchProgram program =
                TorchProgram.training(
                        LINEAR,
                        InputShapes.ofBatch(2),
                        1,
                        new CrossEntropy(0),
                        Programs.EXACT,
                        Map.of());
        assertThat(program.methods()).doesNotContain("mix");
    }

    @Test
    void refusesInputsThatCannotBeMixed() {
        Model tokens =
                GraphText.parse(
                        """
                        graph (ids: int64[N,2]) -> (y: float[N,2])
                        w: float[2] = [1, 2]
                        f = Cast(ids) {to=1}
                        y = Mul(f, w)
                        """);
        InputShapes shapes = InputShapes.ofBatch(2);
        assertThatThrownBy(() -> Mixtures.of(MIXUP, tokens, shapes, 0))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("mixup blends float inputs, the model takes [int64[2,2]]")
                .hasMessageContaining("{mixup: 0}");
        assertThatThrownBy(() -> Mixtures.of(BOTH, LINEAR, shapes, 0))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("cutmix needs images [N, C, H, W] of one size")
                .hasMessageContaining("[float[2,2]]");
        Model two =
                GraphText.parse(
                        """
                        graph (a: float[N,1,4,4], b: float[N,1,4,5]) -> (y)
                        y = Concat(a, b) {axis=3}
                        """);
        assertThatThrownBy(() -> Mixtures.of(CUTMIX, two, shapes, 0))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("of one size");
        assertThat(Mixtures.of(MixingSettings.NONE, tokens, shapes, 0)).isEmpty();
        assertThat(Mixtures.of(CUTMIX, PIXELS, shapes, 0)).isPresent();
    }

    @Test
    void refusesToMixOneExampleWithItself() {
        assertThatThrownBy(() -> mixing(MIXUP).withBatch(1))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("two examples or more");
        assertThatThrownBy(() -> mixing(CUTMIX).withBatch(8).withMicroBatch(1))
                .isInstanceOf(InvalidOptionException.class);
        assertThat(mixing(CUTMIX).withBatch(8).withMicroBatch(2).microBatch()).isEqualTo(2);
    }
}
