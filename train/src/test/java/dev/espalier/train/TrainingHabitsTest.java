package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.JitterSettings;
import dev.espalier.train.regime.MixingSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole trainings under augmentation, on a few stored images. */
class TrainingHabitsTest {
    private static final Model MODEL =
            GraphText.parse(
                    """
                    graph (x: float[N,3,32,32]) -> (logits: float[N,10])
                    w1: float[4,3,3,3] = seed(1)
                    w2: float[10,4] = seed(2)
                    h = Conv(x, w1) {strides=[2,2]}
                    r = Relu(h)
                    p = GlobalAveragePool(r)
                    f = Flatten(p)
                    logits = Gemm(f, w2) {transB=1}
                    """);

    private static final AugmentationSettings PLAIN = Options.defaults(AugmentationSettings.class);
    private static final JitterSettings JITTER = new JitterSettings(0.4, 0.4, 0.4);
    private static final AugmentationSettings ALL =
            PLAIN.withJitter(JITTER).withErasing(0.5).withMixing(new MixingSettings(0.2, 1));

    @TempDir Path folder;
    private DataSplits data;

    @BeforeEach
    void storeImages() throws IOException {
        TorchModule.threads(1);
        for (String name : List.of("data_batch_1.bin", "test_batch.bin")) {
            byte[] images = new byte[40 * 3073];
            new SplittableRandom(name.length()).nextBytes(images);
            for (int i = 0; i < 40; i++) {
                images[3073 * i] = (byte) (i % 10);
            }
            Files.write(folder.resolve(name), images);
        }
        Preprocess preprocess = Preprocess.of(255, List.of(0.5), List.of(0.25));
        data =
                DataLoader.open(
                        new DataConfig(DataConfig.Format.CIFAR10, folder, preprocess, 8, 0.2),
                        MODEL,
                        17);
    }

    private PassContext context() {
        return PassContext.of(MODEL).withRunner(new OrtRunner()).withData(data);
    }

    private static TrainingPlan plan(AugmentationSettings augmentation) {
        Regime regime =
                TrainerTest.REGIME.withBatch(8).withMicroBatch(4).withAugmentation(augmentation);
        return new TrainingPlan(2, 0.1, regime);
    }

    private Model trained(AugmentationSettings augmentation) {
        return new Trainer(plan(augmentation), new CrossEntropy(0.1), context()).train(MODEL);
    }

    @Test
    void killsChangeNoBitOfATrainingWithAllHabits() {
        Model expected = trained(ALL);
        KeptCheckpoints checkpoints = KeptCheckpoints.killing();
        for (int kill = 0; kill < 2; kill++) {
            PassContext context = context().withCheckpoints(checkpoints);
            Trainer trainer = new Trainer(plan(ALL), new CrossEntropy(0.1), context);
            assertThatThrownBy(() -> trainer.train(MODEL)).isInstanceOf(CancelledException.class);
        }
        PassContext context = context().withCheckpoints(checkpoints);
        Model resumed = new Trainer(plan(ALL), new CrossEntropy(0.1), context).train(MODEL);
        assertThat(context.notes()).contains("went on after epoch 2");
        assertThat(resumed).isEqualTo(expected);
    }

    @Test
    void everyHabitChangesTheTrainingAndNoneIsOnByItself() {
        List<AugmentationSettings> habits =
                List.of(
                        PLAIN,
                        PLAIN.withJitter(JITTER),
                        PLAIN.withErasing(0.5),
                        PLAIN.withMixing(new MixingSettings(0.2, 0)),
                        PLAIN.withMixing(new MixingSettings(0, 1)),
                        ALL);
        assertThat(habits.stream().map(this::trained)).doesNotHaveDuplicates();
        assertThat(PLAIN.padding()).isEqualTo(4);
        assertThat(PLAIN.flip()).isTrue();
        assertThat(PLAIN.jitter()).isEqualTo(Options.defaults(JitterSettings.class));
        assertThat(PLAIN.erasing()).isZero();
        assertThat(PLAIN.mixing().isOn()).isFalse();
    }

    @Test
    void doesNotGoOnFromATrainingOfOtherHabits() {
        KeptCheckpoints checkpoints = KeptCheckpoints.killing();
        for (AugmentationSettings each : List.of(PLAIN, PLAIN.withErasing(0.5), ALL)) {
            PassContext context = context().withCheckpoints(checkpoints);
            Trainer trainer = new Trainer(plan(each), new CrossEntropy(0), context);
            assertThatThrownBy(() -> trainer.train(MODEL)).isInstanceOf(CancelledException.class);
            assertThat(context.notes()).noneMatch(note -> note.startsWith("went on"));
        }
    }

    @Test
    void refusesCutmixOfWhatIsNoImage() {
        Model line =
                GraphText.parse(
                        """
                        graph (x: float[N,3]) -> (y: float[N,2])
                        w: float[3,2] = seed(1)
                        y = Gemm(x, w)
                        """);
        PassContext context =
                PassContext.of(line).withRunner(new OrtRunner()).withData(Planes.splits());
        AugmentationSettings cutmix =
                AugmentationSettings.NONE.withMixing(new MixingSettings(0, 1));
        Trainer trainer = new Trainer(plan(cutmix), new CrossEntropy(0), context);
        assertThatThrownBy(() -> trainer.train(line))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("cutmix needs images [N, C, H, W]")
                .hasMessageContaining("float[4,3]");
    }
}
