package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.nn.Block;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Images a second that large classifiers are trained with, run by hand on a quiet machine: {@code
 * -Despalier.networks=FILE,FILE} names files of ResNet-18 or MobileNetV2, called {@code resnet18…}
 * or {@code mobilenet_v2…}, which a plain DJL loop trains as well. The images are random. The table
 * goes to {@code target/network-throughput.md}.
 */
@Tag("throughput")
@EnabledIfSystemProperty(named = "espalier.networks", matches = ".+")
class NetworkThroughputTest {
    private static final int BATCH = 16;
    private static final int STEPS = 8;
    private static final int SIDE = 224;
    private static final int CLASSES = 1000;

    /** The same random images in every batch, under the name of a network's input. */
    private record RandomImages(String input, int size) implements Dataset {
        private static final float[] VALUES = values();

        private static float[] values() {
            SplittableRandom random = new SplittableRandom(17);
            float[] values = new float[BATCH * 3 * SIDE * SIDE];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(-2, 2);
            }
            return values;
        }

        @Override
        public int classes() {
            return CLASSES;
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return Map.of(input, new TensorType(DataType.FLOAT, Shape.of(3, SIDE, SIDE)));
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long seed) {
            return new Batch(
                    Map.of(
                            input,
                            Tensor.ofFloats(
                                    Shape.of(indices.length, 3, SIDE, SIDE),
                                    Arrays.copyOf(VALUES, indices.length * 3 * SIDE * SIDE))),
                    Arrays.stream(indices).map(i -> i % CLASSES).toArray());
        }
    }

    @Test
    void trainsLargeNetworksFasterThanAPlainLoop() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| network | plain DJL | Espalier float32 | Espalier auto | auto / plain |");
        lines.add("|---|---|---|---|---|");
        for (String file : System.getProperty("espalier.networks").split(",")) {
            Model model = OnnxReader.read(Path.of(file));
            String name = Path.of(file).getFileName().toString();
            double reference = plain(name);
            double exact = imagesPerSecond(model, Precision.FLOAT32);
            double automatic = imagesPerSecond(model, Precision.AUTO);
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "| %s | %.1f | %.1f | %.1f | %.2f |",
                            name,
                            reference,
                            exact,
                            automatic,
                            automatic / reference));
        }
        Files.write(Path.of("target", "network-throughput.md"), lines);
        assertThat(lines).hasSizeGreaterThan(2);
    }

    /** The same network as DJL's blocks; of the second epoch, too. */
    private static double plain(String name) {
        Block network = PlainNetworks.named(name);
        Dataset images = new RandomImages("images", STEPS * BATCH);
        try (PlainDjlTraining plain =
                new PlainDjlTraining(
                        network, new ai.djl.ndarray.types.Shape(BATCH, 3, SIDE, SIDE))) {
            plain.epoch(images, Augmentation.NONE, 0);
            return plain.epoch(images, Augmentation.NONE, 1);
        }
    }

    /** Of the second epoch, which is the first with a warm machine. */
    private static double imagesPerSecond(Model model, Precision precision) {
        String input = model.graph().feeds().get(0).name();
        Dataset images = new RandomImages(input, STEPS * BATCH);
        Dataset none = new RandomImages(input, 0);
        PassContext context =
                PassContext.of(model)
                        .withRunner(new OrtRunner())
                        .withData(new DataSplits(images, none, none, none));
        Regime regime =
                Options.defaults(Regime.class)
                        .withBatch(BATCH)
                        .withAugmentation(AugmentationSettings.NONE)
                        .withProgram(new ProgramSettings(precision, false));
        new Trainer(new TrainingPlan(2, 0.001, regime), new CrossEntropy(0), context).train(model);
        return Speeds.of(context).get(1);
    }
}
