package dev.espalier.core.metric;

import java.util.Map;
import java.util.TreeMap;

/** Sums squares of the original's numbers and of the differences from them, for each output. */
final class NoiseTally implements Metric.Tally {
    /** Decibels that stand for anything higher: float32 does not tell such outputs apart. */
    static final double MOST = 200;

    private final Map<Integer, double[]> sums = new TreeMap<>();

    @Override
    public void add(OutputBatch batch) {
        OutputPairs.visit(
                batch,
                (output, original, found, width) -> {
                    double[] sum = sums.computeIfAbsent(output, position -> new double[2]);
                    for (int i = 0; i < found.length; i++) {
                        // Equal infinities do not differ.
                        double noise = original[i] == found[i] ? 0 : original[i] - found[i];
                        sum[0] += original[i] * original[i];
                        sum[1] += noise * noise;
                    }
                });
    }

    @Override
    public double value() {
        return sums.values().stream().mapToDouble(NoiseTally::decibels).min().orElse(MOST);
    }

    private static double decibels(double[] sums) {
        if (sums[1] == 0) {
            return MOST;
        }
        return Math.min(MOST, 10 * Math.log10(sums[0] / sums[1]));
    }
}
