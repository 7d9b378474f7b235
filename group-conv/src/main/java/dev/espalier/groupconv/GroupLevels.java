package dev.espalier.groupconv;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * How often each layer is cut: level g is {@code 2^g} groups.
 *
 * @param levels one for each layer
 * @param threshold share of its weights that every layer keeps at least
 * @param removed share of the cost of all layers that goes: {@code 1 - sum(n / G) / sum(n)} where
 *     that is weights or operations
 */
record GroupLevels(List<Integer> levels, double threshold, double removed) {
    GroupLevels {
        levels = List.copyOf(levels);
    }

    /**
     * As often as each layer keeps {@code threshold}.
     *
     * @param kept of each layer, by level
     */
    static GroupLevels at(double threshold, List<CuttableLayer> layers, List<List<Double>> kept) {
        List<Integer> levels = new ArrayList<>();
        double all = 0;
        double left = 0;
        for (int i = 0; i < layers.size(); i++) {
            int level = Groupability.level(kept.get(i), threshold);
            levels.add(level);
            all += layers.get(i).cost(0);
            left += layers.get(i).cost(level);
        }
        return new GroupLevels(levels, threshold, all == 0 ? 0 : 1 - left / all);
    }

    /**
     * The levels at the highest threshold that removes {@code target}, found by bisection: what is
     * removed never falls with the threshold. Where none does, those at the least threshold.
     *
     * @param least threshold that is tried
     */
    static GroupLevels reaching(
            double target, double least, List<CuttableLayer> layers, List<List<Double>> kept) {
        TreeSet<Double> steps = new TreeSet<>();
        kept.forEach(steps::addAll);
        List<Double> thresholds = new ArrayList<>(steps.tailSet(least));
        if (thresholds.isEmpty() || at(thresholds.get(0), layers, kept).removed() < target) {
            return at(least, layers, kept);
        }
        int reaching = 0;
        int missing = thresholds.size();
        while (missing - reaching > 1) {
            int middle = (reaching + missing) / 2;
            if (at(thresholds.get(middle), layers, kept).removed() >= target) {
                reaching = middle;
            } else {
                missing = middle;
            }
        }
        return at(thresholds.get(reaching), layers, kept);
    }
}
