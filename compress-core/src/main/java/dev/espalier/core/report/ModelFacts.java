package dev.espalier.core.report;

import dev.espalier.core.analysis.Cost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was measured of one model file.
 *
 * @param bytes on disk, external data included
 * @param parameters elements of the weights
 * @param macs multiply-accumulates for one example, of all layers that were counted
 * @param uncounted how many layers could not be counted
 * @param metrics by name, such as {@code top1}; empty where there was no data
 * @param ratios those of {@code metrics} that go from 0 to 1; in a report that does not tell, all
 *     but losses
 * @param split the examples that {@code metrics} were taken on, {@code test} or {@code validation};
 *     empty where there was no data
 * @param samples number of those examples
 * @param latency at each setting that was measured; empty where none was
 */
public record ModelFacts(
        long bytes,
        long parameters,
        long macs,
        int uncounted,
        Map<String, Double> metrics,
        Set<String> ratios,
        String split,
        long samples,
        List<LatencyResult> latency) {
    public ModelFacts {
        Map<String, Double> copy = new LinkedHashMap<>();
        if (metrics != null) {
            // JSON has no NaN: one that was written comes back as null.
            metrics.forEach((name, value) -> copy.put(name, value == null ? Double.NaN : value));
        }
        metrics = Collections.unmodifiableMap(copy);
        ratios =
                ratios == null
                        ? copy.keySet().stream()
                                .filter(Figures::isRatio)
                                .collect(Collectors.toCollection(LinkedHashSet::new))
                        : new LinkedHashSet<>(ratios);
        ratios = Collections.unmodifiableSet(ratios);
        split = split == null ? "" : split;
        latency = latency == null ? List.of() : List.copyOf(latency);
    }

    /** Facts that need neither data nor time. */
    public static ModelFacts of(long bytes, long parameters, long macs) {
        return new ModelFacts(bytes, parameters, macs, 0, Map.of(), Set.of(), "", 0, List.of());
    }

    /** What a count came to, of a model of so many bytes. */
    public static ModelFacts of(long bytes, Cost cost) {
        return new ModelFacts(
                bytes,
                cost.parameters(),
                cost.macs(),
                cost.uncounted().size(),
                Map.of(),
                Set.of(),
                "",
                0,
                List.of());
    }

    /** Multiply-accumulates as people read them: {@code at least 40.6 M} where some are missing. */
    public String macsText() {
        return Figures.macs(macs, uncounted);
    }

    /** These with metrics, all of which but losses are ratios. */
    public ModelFacts withMetrics(Map<String, Double> changed, String onSplit, long onSamples) {
        return withMetrics(changed, null, onSplit, onSamples);
    }

    /**
     * These with metrics.
     *
     * @param nowRatios those that are
     */
    public ModelFacts withMetrics(
            Map<String, Double> changed, Set<String> nowRatios, String onSplit, long onSamples) {
        return new ModelFacts(
                bytes,
                parameters,
                macs,
                uncounted,
                changed,
                nowRatios,
                onSplit,
                onSamples,
                latency);
    }

    public ModelFacts withLatency(List<LatencyResult> changed) {
        return new ModelFacts(
                bytes, parameters, macs, uncounted, metrics, ratios, split, samples, changed);
    }

    /** Whether the metric goes from 0 to 1. */
    public boolean isRatio(String name) {
        return ratios.contains(name);
    }

    public OptionalDouble metric(String name) {
        Double value = metrics.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** The measurement at the same setting as {@code other}. */
    public Optional<LatencyResult> latencyLike(LatencyResult other) {
        return latency.stream().filter(other::comparableTo).findFirst();
    }

    /** The settings at which both models were measured: this one's result, then the other's. */
    public List<List<LatencyResult>> latencyPairs(ModelFacts other) {
        List<List<LatencyResult>> pairs = new ArrayList<>();
        for (LatencyResult mine : latency) {
            other.latencyLike(mine).ifPresent(theirs -> pairs.add(List.of(mine, theirs)));
        }
        return pairs;
    }
}
