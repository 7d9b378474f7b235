package dev.espalier.groupconv;

import dev.espalier.core.choice.Alternative;
import dev.espalier.core.choice.Choice;
import dev.espalier.core.choice.Chooser;
import dev.espalier.core.choice.Costs;
import dev.espalier.core.choice.Decision;
import dev.espalier.core.choice.Measure;
import java.util.ArrayList;
import java.util.List;

/**
 * How often each layer is cut: level g is {@code 2^g} groups.
 *
 * @param levels one for each layer
 * @param threshold share of its weights that every layer keeps at least
 * @param removed share of the cost of all layers that goes: {@code 1 - sum(n / G) / sum(n)} where
 *     that is weights or operations
 */
record GroupLevels(List<Integer> levels, double threshold, double removed) {
    /** In what a layer counts: its time, or the operations or weights that stand for it. */
    private static final Measure COST = Measure.MICROS;

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
     * The levels at the highest threshold that removes {@code target}: that of the layer that loses
     * most is what counts. Where none does, those at the least threshold.
     *
     * @param least threshold that is tried
     */
    static GroupLevels reaching(
            double target, double least, List<CuttableLayer> layers, List<List<Double>> kept) {
        List<Decision<Integer>> decisions = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            decisions.add(decision(layers.get(i), kept.get(i), least));
        }
        double dense = Choice.now(decisions).costs().of(COST);
        Choice<Integer> choice = Chooser.leastWorst(decisions, COST, dense * (1 - target));
        double threshold = 1;
        for (int i = 0; i < layers.size(); i++) {
            threshold = Math.min(threshold, kept.get(i).get(choice.of(decisions.get(i))));
        }
        GroupLevels levels = at(threshold, layers, kept);
        return levels.removed() < target ? at(least, layers, kept) : levels;
    }

    /** The levels that keep {@code least}; what a level loses is its error. */
    private static Decision<Integer> decision(
            CuttableLayer layer, List<Double> kept, double least) {
        List<Alternative<Integer>> levels = new ArrayList<>();
        for (int level = 0; level <= layer.most(); level++) {
            if (level == 0 || kept.get(level) >= least) {
                levels.add(
                        new Alternative<>(
                                level, new Costs(1 - kept.get(level), layer.cost(level), 0)));
            }
        }
        return new Decision<>(layer.layer().name(), levels);
    }
}
