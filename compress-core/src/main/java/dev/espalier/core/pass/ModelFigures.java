package dev.espalier.core.pass;

import dev.espalier.core.analysis.Cost;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a pipeline records of a model between two passes.
 *
 * @param bytes as a file
 * @param parameters elements of the weights
 * @param macs multiply-accumulates at the recipe's input shapes, of all layers that were counted
 * @param uncounted how many layers could not be counted
 * @param metrics by name, ratios from 0 to 1 but for the loss; empty where there was no data
 * @param split the examples that {@code metrics} were taken on; empty where there was no data
 * @param samples number of those examples
 */
public record ModelFigures(
        long bytes,
        long parameters,
        long macs,
        int uncounted,
        Map<String, Double> metrics,
        String split,
        long samples) {
    public ModelFigures {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /** Figures that need no data. */
    public static ModelFigures of(long bytes, long parameters, long macs) {
        return new ModelFigures(bytes, parameters, macs, 0, Map.of(), "", 0);
    }

    /** What a count came to, of a model of so many bytes. */
    public static ModelFigures of(long bytes, Cost cost) {
        return new ModelFigures(
                bytes, cost.parameters(), cost.macs(), cost.uncounted().size(), Map.of(), "", 0);
    }

    /** These with metrics that were taken on {@code onSamples} examples of a split. */
    public ModelFigures withMetrics(Map<String, Double> changed, String onSplit, long onSamples) {
        return new ModelFigures(bytes, parameters, macs, uncounted, changed, onSplit, onSamples);
    }
}
