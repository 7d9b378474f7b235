package dev.espalier.groupconv;

import dev.espalier.core.data.Seeds;
import dev.espalier.core.pass.Progress;
import dev.espalier.groupconv.structure.Permutation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

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

    private record Ending<T>(T found, double loss) {}

    /**
     * The best shuffle of all beginnings.
     *
     * @param task advances by one at the end of each
     */
    Shuffle find(NormMatrix norms, Progress.Task task) {
        CostMatrix cost = CostMatrix.full(norms.rows(), norms.columns(), power);
        return best(
                restart -> refine(norms, beginning(norms, restart)),
                found -> cost.loss(found.order(norms)),
                task);
    }

    /** Of what all beginnings lead to, side by side, the first of least loss. */
    <T> T best(IntFunction<T> leadsTo, ToDoubleFunction<T> loss, Progress.Task task) {
        return IntStream.range(0, restarts)
                .parallel()
                .mapToObj(
                        restart -> {
                            T found = leadsTo.apply(restart);
                            task.advance(1);
                            return new Ending<>(found, loss.applyAsDouble(found));
                        })
                .min(Comparator.comparingDouble(Ending::loss))
                .orElseThrow()
                .found();
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
        List<Integer> order = new ArrayList<>(IntStream.range(0, size).boxed().toList());
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
                SemiAssignment.solve(cost.rowCosts(norms.ordered(asRows, from.inputs())));
        NormMatrix transposed =
                norms.ordered(outputs, Permutation.identity(norms.columns())).transposed();
        return new Shuffle(outputs, SemiAssignment.solve(cost.transposed().rowCosts(transposed)));
    }
}
