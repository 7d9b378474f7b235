package dev.espalier.core.report;

import java.util.List;

/**
 * All that is known of one compression, from which every format is made.
 *
 * @param original measured on the file that went in; metrics of the test split
 * @param result measured on the file that ships; metrics of the test split
 * @param passes in the order in which they ran
 * @param layers of both models, in the original's order
 * @param numbers in which both models keep what they know
 */
public record CompressionReport(
        RunFacts run,
        ModelFacts original,
        ModelFacts result,
        List<PassReport> passes,
        List<LayerReport> layers,
        NumberReport numbers,
        GoalResult goal,
        Environment environment) {
    public CompressionReport {
        passes = passes == null ? List.of() : List.copyOf(passes);
        layers = layers == null ? List.of() : List.copyOf(layers);
        numbers = numbers == null ? NumberReport.NONE : numbers;
        goal = goal == null ? GoalResult.NONE : goal;
    }
}
