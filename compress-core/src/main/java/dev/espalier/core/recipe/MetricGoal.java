package dev.espalier.core.recipe;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.util.Map;
import java.util.Optional;

/**
 * Bounds of one metric on the test split, in its own unit; ratios go from 0 to 1.
 *
 * @param metric its id
 * @param min least value of the result
 * @param max greatest value of the result
 * @param maxIncrease most by which the result may be above the original
 * @param maxDecrease most by which the result may be below the original
 */
@Withers
public record MetricGoal(
        @Option(help = "Id of the metric.") String metric,
        @Option(value = "null", help = "Least value of the result.") Optional<Double> min,
        @Option(value = "null", help = "Greatest value of the result.") Optional<Double> max,
        @Option(value = "null", help = "Most by which the result may be above the original.")
                Optional<Double> maxIncrease,
        @Option(value = "null", help = "Most by which the result may be below the original.")
                Optional<Double> maxDecrease)
        implements MetricGoalBuilder.With {
    /** A goal for a metric that is still to be given its bounds. */
    public static MetricGoal of(String metric) {
        return Options.of(MetricGoal.class, Map.of("metric", tree -> metric));
    }

    /**
     * This goal.
     *
     * @throws InvalidOptionException where it has no bound
     */
    MetricGoal requireBound() {
        if (min.isEmpty() && max.isEmpty() && maxIncrease.isEmpty() && maxDecrease.isEmpty()) {
            throw new InvalidOptionException(
                    "the goal for metric '%s' has no bound; give min, max, max-increase or max-decrease"
                            .formatted(metric));
        }
        return this;
    }
}
