package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.Trainer;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Espalier's trainer against a plain DJL loop, in turns, run by hand on a quiet machine: {@code
 * -Despalier.cifar10=DIR} names CIFAR-10 in its binary layout, {@code -Despalier.resnet20=FILE} the
 * network with batch normalization. The table goes to {@code target/training-throughput.md}.
 */
@Tag("throughput")
@EnabledIfSystemProperty(named = "espalier.cifar10", matches = ".+")
class TrainingThroughputTest {
    private static final int BATCH = 128;
    private static final int IMAGES = 50 * BATCH;
    private static final int ROUNDS = 3;
    private static final Augmentation AUGMENTATION = new Augmentation(4, true);

    /** The first examples of a dataset. */
    private record First(Dataset of, int size) implements Dataset {
        @Override
        public int classes() {
            return of.classes();
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return of.sampleTypes();
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long seed) {
            return of.batch(indices, augmentation, seed);
        }
    }

    @Test
    void espalierTrainsFasterThanAPlainLoop() throws IOException {
        Model model = OnnxReader.read(Path.of(System.getProperty("espalier.resnet20")));
        DataSplits splits =
                DataLoader.open(
                        DataConfig.of(
                                DataConfig.Format.CIFAR10,
                                Path.of(System.getProperty("espalier.cifar10")),
                                Preprocess.of(
                                        255,
                                        List.of(0.485, 0.456, 0.406),
                                        List.of(0.229, 0.224, 0.225))),
                        model,
                        17);
        Dataset images = new First(splits.training(), IMAGES);
        List<String> lines = new ArrayList<>();
        lines.add(
                "| round | plain DJL | Espalier float32 | Espalier auto | images/s: auto / plain |");
        lines.add("|---|---|---|---|---|");
        try (PlainDjlTraining plain =
                new PlainDjlTraining(PlainNetworks.resnet20(), new Shape(BATCH, 3, 32, 32))) {
            for (int round = 0; round < ROUNDS; round++) {
                double reference = plain.epoch(images, AUGMENTATION, round);
                double exact = espalier(model, splits, images, Precision.FLOAT32);
                double automatic = espalier(model, splits, images, Precision.AUTO);
                lines.add(
                        String.format(
                                Locale.ROOT,
                                "| %d | %.0f | %.0f | %.0f | %.2f |",
                                round + 1,
                                reference,
                                exact,
                                automatic,
                                automatic / reference));
            }
        }
        Files.write(Path.of("target", "training-throughput.md"), lines);
        assertThat(lines).hasSize(2 + ROUNDS);
    }

    /** Images a second over the steps of one epoch: augmentation, loss, optimizer, average. */
    private static double espalier(
            Model model, DataSplits splits, Dataset images, Precision precision) {
        Dataset none = new First(splits.validation(), 0);
        PassContext context =
                PassContext.of(model)
                        .withRunner(new OrtRunner())
                        .withData(new DataSplits(images, splits.calibration(), none, none));
        TrainingPlan plan =
                new TrainingPlan(
                        1,
                        0.01,
                        Options.defaults(Regime.class)
                                .withBatch(BATCH)
                                .withAveraging(0.999)
                                .withAugmentation(
                                        Options.defaults(AugmentationSettings.class)
                                                .withPadding(AUGMENTATION.padding())
                                                .withFlip(AUGMENTATION.flip()))
                                .withProgram(new ProgramSettings(precision, false)));
        new Trainer(plan, new CrossEntropy(0), context).train(model);
        return Speeds.of(context).get(0);
    }
}
