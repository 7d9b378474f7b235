package dev.espalier.quantize.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.quantize.Runners;
import dev.espalier.testkit.NpzFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Writes the encoder that {@code docs/quantization-weights.md} measures, with data whose labels are
 * its own answers, to {@code DIR/encoder.onnx} and {@code DIR/data}:
 *
 * <pre>
 *   ./mvnw -pl quantize -am test -Dtest=EncoderFilesTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Despalier.encoder=DIR
 * </pre>
 */
@EnabledIfSystemProperty(named = "espalier.encoder", matches = ".+")
class EncoderFilesTest {
    private static final Encoder.Sizes SIZES = Encoder.Sizes.MEASURED;
    private static final int TRAINING = 640;
    private static final int TEST = 1024;
    private static final int AT_ONCE = 16;

    @Test
    void anEncoderAndItsAnswersAreWritten() throws IOException {
        Path folder = Path.of(System.getProperty("espalier.encoder"));
        Path data = Files.createDirectories(folder.resolve("data"));
        Model model = initialized(Encoder.exported(SIZES));
        OnnxWriter.write(model, folder.resolve("encoder.onnx"));
        write(data.resolve("train.npz"), model, new TokenSamples(SIZES, TRAINING, 0));
        write(data.resolve("test.npz"), model, new TokenSamples(SIZES, TEST, TRAINING));

        assertThat(folder.resolve("encoder.onnx")).isNotEmptyFile();
    }

    /** With the weights that PyTorch gives a new network. */
    private static Model initialized(Model model) {
        RandomGenerator random = new SplittableRandom(17);
        GraphEditor editor = new GraphEditor(model.graph());
        for (Initializer constant : model.graph().initializers().values()) {
            Tensor old = constant.tensor();
            if (old.dataType().isFloating() && old.shape().rank() > 0) {
                float[] values = new float[Math.toIntExact(old.shape().elementCount())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) weight(constant.name(), random);
                }
                editor.setInitializer(constant.name(), Tensor.ofFloats(old.shape(), values));
            }
        }
        return model.withGraph(editor.build());
    }

    private static double weight(String name, RandomGenerator random) {
        if (name.equals("words") || name.equals("positions")) {
            return random.nextGaussian();
        }
        if (name.endsWith("_g")) {
            return 1;
        }
        if (name.endsWith("_s")) {
            return 0;
        }
        // A bias is drawn as the weights of its layer are.
        double inputs =
                name.endsWith("f2_w") || name.endsWith("f2_b") ? SIZES.inner() : SIZES.hidden();
        double most = 1 / Math.sqrt(inputs);
        return random.nextDouble(-most, most);
    }

    private static void write(Path file, Model model, Dataset samples) throws IOException {
        int[] all = IntStream.range(0, samples.size()).toArray();
        long[] answers = new long[all.length];
        try (var session = Runners.SINGLE.open(model)) {
            for (int from = 0; from < all.length; from += AT_ONCE) {
                int[] some = IntStream.range(from, from + AT_ONCE).toArray();
                Batch batch = samples.batch(some);
                float[] logits = session.run(batch.inputs()).get("logits").toFloats();
                for (int i = 0; i < some.length; i++) {
                    answers[from + i] = greatest(logits, i * SIZES.classes());
                }
            }
        }
        Map<String, Tensor> arrays = new LinkedHashMap<>(samples.batch(all).inputs());
        arrays.put("labels", Tensor.ofLongs(Shape.of(all.length), answers));
        NpzFile.write(file, arrays);
    }

    private static int greatest(float[] logits, int from) {
        int best = 0;
        for (int c = 1; c < SIZES.classes(); c++) {
            best = logits[from + c] > logits[from + best] ? c : best;
        }
        return best;
    }
}
