package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.core.simplify.Simplify;
import dev.espalier.quantize.internal.grid.WeightGrid;
import dev.espalier.quantize.internal.grid.WeightPairs;
import dev.espalier.quantize.internal.kernel.Foldings;
import dev.espalier.quantize.internal.kernel.LayerPairs;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import dev.espalier.quantize.internal.saturation.SaturationProof;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.testkit.pass.RandomSamples;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The proof on real networks that no sum of 8-bit products saturates, run by hand:
 *
 * <pre>
 *   ./mvnw -pl quantize -am test -Dtest=dev.espalier.quantize.NetworksTest \
 *       -Dsurefire.failIfNoSpecifiedTests=false -Despalier.networks=DIR1:DIR2
 * </pre>
 *
 * <p>The folders hold ONNX files. Networks of one input are quantized with ranges of random
 * samples, others with dynamic ranges. Every integer layer has to be proved by its weights; then
 * every value that is made as bytes, and every sum that a product gives, is computed with sums as
 * the machine at hand makes them and with exact ones, and has to be the same. The table goes to
 * {@code quantize/target/saturation-networks.md}, with the signal-to-noise ratio of all weights on
 * the grid for any CPU, on that for VNNI, and with 7 bits.
 */
@Tag("networks")
@EnabledIfSystemProperty(named = "espalier.networks", matches = ".+")
class NetworksTest {
    private static final ModelRunner RUNNER = Runners.PLAIN;
    private static final int SAMPLES = 4;
    private static final int TOKENS = 64;
    private static final int VOCABULARY = 30_000;

    @Test
    void everyIntegerLayerIsProvedAndGivesTheSameSums() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(
                "| network | integer layers | proved | values compared | differ | any | VNNI | 7 bits |");
        lines.add("|---|---|---|---|---|---|---|---|");
        for (Path file : files()) {
            lines.add(row(file));
            Files.write(Path.of("target", "saturation-networks.md"), lines);
        }
    }

    private static String row(Path file) {
        Model read = OnnxReader.read(file);
        boolean isImage = read.graph().feeds().size() == 1;
        PassContext context =
                isImage
                        ? RandomSamples.context(read, RandomSamples.of(read, SAMPLES), RUNNER)
                        : PassContext.of(read).withRunner(RUNNER);
        Model model = isImage ? new Simplify().apply(read, context) : read;
        Model made = quantized(model, isImage, context);
        SaturationProof proof = SaturationProof.of(made, RUNNER);
        assertThat(proof.isComplete()).as(file + ": " + proof).isTrue();

        List<String> values = values(made.graph());
        Map<String, Tensor> inputs =
                isImage ? RandomSamples.of(read, 1).batch(new int[] {0}).inputs() : tokens(made);
        long differ;
        try (ModelRunner.Session here = RUNNER.open(made, values);
                ModelRunner.Session exact = Runners.EXACT.open(made, values)) {
            Map<String, Tensor> found = here.run(inputs);
            Map<String, Tensor> expected = exact.run(inputs);
            differ = values.stream().filter(v -> !found.get(v).equals(expected.get(v))).count();
        }
        assertThat(differ).as(file.toString()).isZero();
        double[] ratios = weights(FoldBatchNorm.fold(model));
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %d | %.1f dB | %.1f dB | %.1f dB |",
                file.getFileName(),
                proof.verdicts().size(),
                proof.verdicts().stream().filter(SaturationProof.Verdict::isProved).count(),
                values.size(),
                differ,
                ratios[0],
                ratios[1],
                ratios[2]);
    }

    private static Model quantized(Model model, boolean isImage, PassContext context) {
        return isImage
                ? Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .withKeepFloat(
                                Options.defaults(KeepFloat.class).withSlower(false).withSeconds(0))
                        .quantized(model, context)
                : Options.defaults(QuantizeDynamic.class).apply(model, context);
    }

    /** Of all weights together, in decibels. */
    private static double[] weights(Model model) {
        ShapeInference inference = ShapeInference.of(model);
        SignalToNoise[] ratios = {new SignalToNoise(), new SignalToNoise(), new SignalToNoise()};
        for (Node node : model.graph().nodes()) {
            if (!Layer.isWeighted(node)) {
                continue;
            }
            WeightedLayer.of(node, model.graph(), inference)
                    .layer()
                    .ifPresent(
                            layer -> {
                                WeightPairs own =
                                        LayerPairs.of(
                                                node, model.graph(), inference, Foldings.USUAL);
                                Shape shape = layer.weight().shape();
                                add(ratios[0], layer, own);
                                add(ratios[1], layer, WeightPairs.NONE);
                                add(ratios[2], layer, WeightPairs.ofEach(shape));
                            });
        }
        return Stream.of(ratios).mapToDouble(SignalToNoise::decibels).toArray();
    }

    private static void add(SignalToNoise ratio, WeightedLayer layer, WeightPairs pairs) {
        Tensor weight = layer.weight();
        WeightGrid grid = WeightGrid.of(weight, layer.axis(), pairs);
        ratio.add(weight.toFloats(), grid.rounded(weight).toFloats());
    }

    /** What is made as bytes, and sums of products. */
    private static List<String> values(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.is("QuantizeLinear") || node.is("MatMulInteger"))
                .map(node -> node.output(0))
                .toList();
    }

    private static Map<String, Tensor> tokens(Model model) {
        SplittableRandom random = new SplittableRandom(1);
        Map<String, Tensor> inputs = new HashMap<>();
        for (Value feed : model.graph().feeds()) {
            long[] numbers = new long[TOKENS];
            for (int i = 0; i < TOKENS; i++) {
                numbers[i] =
                        feed.name().contains("mask")
                                ? 1
                                : feed.name().contains("type") ? 0 : random.nextInt(VOCABULARY);
            }
            inputs.put(feed.name(), Tensor.ofLongs(Shape.of(1, TOKENS), numbers));
        }
        return inputs;
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String folder : System.getProperty("espalier.networks").split(File.pathSeparator)) {
            try (Stream<Path> found = Files.list(Path.of(folder))) {
                found.filter(file -> file.toString().endsWith(".onnx"))
                        .sorted()
                        .forEach(files::add);
            }
        }
        return files;
    }
}
