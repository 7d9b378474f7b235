package dev.espalier.quantize.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.quantize.Quantize;
import dev.espalier.runtime.OrtRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The errors that are told of layers are those that the network has with one layer in integers and
 * all others in float. Another network and other data:
 *
 * <pre>
 *   ./mvnw -pl quantize -am test -Dtest=LayerErrorsTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Despalier.recipe=RECIPE.yaml
 * </pre>
 */
@Tag("slow")
class LayerErrorsTest {
    private static final double LEAST_CORRELATION = 0.9;
    private static final int EXAMPLES = 64;

    private static final Recipe RECIPE =
            System.getProperty("espalier.recipe") == null
                    ? new RecipeReader(PassRegistry.load())
                            .parse(
                                    """
                                    version: 1
                                    model: ../demo/fashion-resnet20.onnx
                                    data:
                                      format: idx
                                      path: ../demo/fashion-mnist
                                      preprocess: {scale: 255, mean: [0.286], std: [0.353]}
                                      calibration: {samples: 64}
                                      validation: {fraction: 0.5}
                                    passes:
                                      - quantize: {keep-float: {slower: false}}
                                    """,
                                    "layer errors test",
                                    RecipeReader.Changes.NONE)
                    : new RecipeReader(PassRegistry.load())
                            .read(
                                    Path.of(System.getProperty("espalier.recipe")),
                                    RecipeReader.Changes.NONE);

    @Test
    void theyRankLayersAsMeasuringTheWholeNetworkDoes() {
        Model model = OnnxReader.read(Path.of(RECIPE.model().orElseThrow()));
        DataSplits splits =
                DataLoader.open(
                        RECIPE.data().orElseThrow().at(Path.of(RECIPE.data().get().path())),
                        model,
                        17);
        PassContext context = PassContext.of(model).withData(splits).withRunner(new OrtRunner());
        Quantize quantize = (Quantize) RECIPE.passes().get(0);
        Model quantized = quantize.quantized(model, context.trial());
        List<LayerErrors.Found> errors = LayerErrors.of(model, quantized, context);

        List<String> layers =
                model.graph().nodes().stream().filter(Layer::isWeighted).map(Node::name).toList();
        List<Map<String, Tensor>> inputs = InputBatches.of(model, splits.training(), EXAMPLES);
        List<Double> told = new ArrayList<>();
        List<Double> measured = new ArrayList<>();
        for (String layer : layers) {
            Optional<LayerErrors.Found> found =
                    errors.stream()
                            .filter(e -> e.maker().filter(n -> n.name().equals(layer)).isPresent())
                            .findFirst();
            double error = found.map(LayerErrors.Found::noise).orElse(0.0);
            List<String> floats = layers.stream().filter(name -> !name.equals(layer)).toList();
            Model alone = quantize.excluding(floats).quantized(model, context.trial());
            told.add(error);
            measured.add(noise(model, alone, inputs, context.runner()));
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.1f dB told, %.1f dB measured%n",
                    layer,
                    SignalToNoise.decibels(error),
                    SignalToNoise.decibels(measured.get(measured.size() - 1)));
        }
        System.out.printf(Locale.ROOT, "rank correlation %.3f%n", rankCorrelation(told, measured));
        assertThat(rankCorrelation(told, measured)).isGreaterThan(LEAST_CORRELATION);
    }

    private static double noise(
            Model exact, Model model, List<Map<String, Tensor>> inputs, ModelRunner runner) {
        String output = exact.graph().outputs().get(0).name();
        SignalToNoise sum = new SignalToNoise();
        try (ModelRunner.Session a = runner.open(exact);
                ModelRunner.Session b = runner.open(model)) {
            for (Map<String, Tensor> batch : inputs) {
                sum.add(a.run(batch).get(output).toFloats(), b.run(batch).get(output).toFloats());
            }
        }
        return sum.noise();
    }

    /** Spearman's. */
    private static double rankCorrelation(List<Double> a, List<Double> b) {
        int[] first = ranks(a);
        int[] second = ranks(b);
        double n = a.size();
        double squares = 0;
        for (int i = 0; i < n; i++) {
            squares += Math.pow(first[i] - second[i], 2);
        }
        return 1 - 6 * squares / (n * (n * n - 1));
    }

    private static int[] ranks(List<Double> values) {
        List<Integer> order =
                IntStream.range(0, values.size())
                        .boxed()
                        .sorted(Comparator.comparing(values::get))
                        .toList();
        int[] ranks = new int[values.size()];
        for (int r = 0; r < ranks.length; r++) {
            ranks[order.get(r)] = r;
        }
        return ranks;
    }
}
