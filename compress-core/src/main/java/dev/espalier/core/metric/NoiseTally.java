package dev.espalier.core.metric;

import dev.espalier.core.data.SignalToNoise;
import java.util.Map;
import java.util.TreeMap;

/** Sums squares of the original's numbers and of the differences from them, for each output. */
final class NoiseTally implements Metric.Tally {
    private final Map<Integer, SignalToNoise> byOutput = new TreeMap<>();

    @Override
    public void add(OutputBatch batch) {
        OutputPairs.visit(
                batch,
                (output, original, found, width) ->
                        byOutput.computeIfAbsent(output, position -> new SignalToNoise())
                                .add(original, found));
    }

    @Override
    public double value() {
        return byOutput.values().stream()
                .mapToDouble(SignalToNoise::decibels)
                .min()
                .orElse(SignalToNoise.MOST);
    }
}
