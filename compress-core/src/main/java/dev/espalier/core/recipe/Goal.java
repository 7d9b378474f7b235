package dev.espalier.core.recipe;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.util.List;
import java.util.Optional;

/**
 * What the result must reach; checked on the final file.
 *
 * @param maxDrop points of top-1 accuracy that may be lost on the test split
 * @param minSpeedup old median latency / new median latency, in the first measured setting; judged
 *     by the low end of its interval
 * @param minSpeedupWithoutDotProduct in place of it on CPUs that are not known to have instructions
 *     for dot products of 8-bit integers, where integers gain less
 * @param metrics bounds of metrics on the test split
 */
@Withers
public record Goal(
        @Option(
                        value = "null",
                        help = "Most points of top-1 that may be lost on the test split.",
                        min = -100,
                        max = 100)
                Optional<Double> maxDrop,
        @Option(
                        value = "null",
                        help =
                                "Least speed-up: old median latency / new median latency, by the"
                                        + " low end of its interval.",
                        min = 0)
                Optional<Double> minSpeedup,
        @Option(
                        value = "null",
                        help =
                                "The same in place of min-speedup on CPUs without 8-bit dot"
                                        + " products, such as x86 without VNNI.",
                        min = 0)
                Optional<Double> minSpeedupWithoutDotProduct,
        @Option(
                        value = "[]",
                        help = "Bounds of metrics, such as [{metric: mae, max-increase: 0.1}].")
                List<MetricGoal> metrics)
        implements GoalBuilder.With {
    public Goal {
        metrics = metrics.stream().map(MetricGoal::requireBound).toList();
    }
}
