package dev.espalier;

import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.report.NumberTable;
import dev.espalier.internal.output.ResumeStore;
import dev.espalier.runtime.ValueNoise;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The signal-to-noise ratios of a result's integer values, against the model that the pass read
 * which made them: so that what pruning and training did before does not count as noise.
 */
final class IntegerNoise {
    private static final int EXAMPLES = 32;

    private IntegerNoise() {}

    /**
     * @param store of the models after each of {@code runs}
     * @param splits null without data
     * @return in decibels by float value; empty where nothing can be compared
     */
    static Map<String, Double> of(
            Model original,
            List<PassRun> runs,
            ResumeStore store,
            Model result,
            DataSplits splits) {
        if (splits == null || converts(result).isEmpty()) {
            return Map.of();
        }
        Dataset examples =
                splits.validation().size() > 0 ? splits.validation() : splits.calibration();
        return lastFloat(original, runs, store)
                .map(
                        exact ->
                                ValueNoise.of(
                                        exact,
                                        result,
                                        common(exact.graph(), result.graph()),
                                        examples,
                                        EXAMPLES))
                .orElse(Map.of());
    }

    /** The model before the first one with integers; empty where the original has some. */
    private static Optional<Model> lastFloat(
            Model original, List<PassRun> runs, ResumeStore store) {
        Model before = original;
        for (int i = 0; i < runs.size(); i++) {
            if (!converts(before).isEmpty()) {
                return Optional.empty();
            }
            if (runs.get(i).changed()) {
                Path file = store.model(i);
                Model after = OnnxReader.read(file);
                if (!converts(after).isEmpty()) {
                    return Optional.of(before);
                }
                before = after;
            }
        }
        return Optional.empty();
    }

    private static List<Node> converts(Model model) {
        return model.graph().nodes().stream().filter(node -> node.is("QuantizeLinear")).toList();
    }

    private static List<String> common(Graph exact, Graph rounded) {
        return rounded.nodes().stream()
                .filter(node -> node.is("QuantizeLinear"))
                .map(node -> NumberTable.floatName(rounded, node))
                .filter(name -> exact.producer(name).isPresent())
                .filter(name -> rounded.producer(name).isPresent())
                .distinct()
                .toList();
    }
}
