package dev.espalier.core.metric;

import java.util.Map;
import java.util.TreeMap;

/** Counts, for each output of more than one number, the examples with the same highest place. */
final class AgreementTally implements Metric.Tally {
    private final Map<Integer, Integer> same = new TreeMap<>();
    private int examples;

    @Override
    public void add(OutputBatch batch) {
        examples += batch.size();
        OutputPairs.visit(
                batch,
                (output, original, found, width) -> {
                    if (width < 2) {
                        return;
                    }
                    int agreeing = 0;
                    for (int from = 0; from < found.length; from += width) {
                        int place = highest(found, from, width);
                        agreeing += place >= 0 && place == highest(original, from, width) ? 1 : 0;
                    }
                    same.merge(output, agreeing, Integer::sum);
                });
    }

    /** The first place of the highest number; -1 where one is NaN. */
    private static int highest(double[] numbers, int from, int width) {
        int best = 0;
        for (int i = 0; i < width; i++) {
            if (Double.isNaN(numbers[from + i])) {
                return -1;
            }
            best = numbers[from + i] > numbers[from + best] ? i : best;
        }
        return best;
    }

    @Override
    public double value() {
        return same.values().stream().mapToDouble(n -> (double) n / examples).min().orElse(1);
    }
}
