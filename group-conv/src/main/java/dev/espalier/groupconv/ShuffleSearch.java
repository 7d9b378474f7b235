package dev.espalier.groupconv;

import dev.espalier.core.data.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Looks for the shuffle of least loss {@code sum (P S Q) * R}. With the order of columns held, the
 * best order of rows is a linear assignment, and the other way round; both take turns, and the loss
 * never rises. Where this ends depends on where it began, so that it begins several times: once
 * from channels as they are, the other times in turn from a {@link Bisection} and at random.
 *
 * @param restarts how often it begins, at least 1
 * @param sweeps how often rows and columns take turns at most
 * @param power of the {@link CostMatrix}
 * @param seed of random orders
 */
record ShuffleSearch(int restarts, int sweeps, double power, long seed) {
    static final int SWEEPS = 20;

    /** The best shuffle of all beginnings. */
    Shuffle find(NormMatrix norms) {
        CostMatrix cost = CostMatrix.full(norms.rows(), norms.columns(), power);
        Shuffle best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int restart = 0; restart < restarts; restart++) {
            Shuffle found = refine(norms, beginning(norms, restart));
            double loss = cost.loss(found.order(norms));
            if (loss < least) {
                least = loss;
                best = found;
            }
        }
        return best;
    }

    private Shuffle beginning(NormMatrix norms, int restart) {
        if (restart == 0) {
            return Shuffle.none(norms.rows(), norms.columns());
        }
        Random random = new Random(Seeds.mix(seed, restart));
        return restart % 2 == 1
                ? Bisection.of(norms, random)
                : random(norms.rows(), norms.columns(), random);
    }

    static Shuffle random(int outputs, int inputs, Random random) {
        return new Shuffle(order(outputs, random), order(inputs, random));
    }

    private static Permutation order(int size, Random random) {
        List<Integer> order =
                new ArrayList<>(java.util.stream.IntStream.range(0, size).boxed().toList());
        Collections.shuffle(order, random);
        return Permutation.of(order.stream().mapToInt(channel -> channel).toArray());
    }

    /** Goes on from a shuffle to one of no greater loss. */
    Shuffle refine(NormMatrix norms, Shuffle from) {
        CostMatrix cost = CostMatrix.full(norms.rows(), norms.columns(), power);
        Shuffle shuffle = from;
        double loss = cost.loss(shuffle.order(norms));
        for (int sweep = 0; sweep < sweeps; sweep++) {
            Shuffle next = sweep(norms, cost, shuffle);
            double lower = cost.loss(next.order(norms));
            if (!(lower < loss)) {
                break;
            }
            loss = lower;
            shuffle = next;
        }
        return shuffle;
    }

    private static Shuffle sweep(NormMatrix norms, CostMatrix cost, Shuffle from) {
        Permutation asRows = Permutation.identity(norms.rows());
        Permutation outputs =
                Permutation.of(
                        Assignment.solve(cost.rowCosts(norms.ordered(asRows, from.inputs()))));
        NormMatrix transposed =
                norms.ordered(outputs, Permutation.identity(norms.columns())).transposed();
        return new Shuffle(
                outputs, Permutation.of(Assignment.solve(cost.transposed().rowCosts(transposed))));
    }
}
