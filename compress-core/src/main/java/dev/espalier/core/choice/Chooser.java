package dev.espalier.core.choice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Takes several decisions at once, by what each alternative costs. To cost less in one measure, the
 * result costs more in another:
 *
 * <pre>
 *   rate(a to b) = (gained cost of a - gained cost of b) / (paid cost of b - paid cost of a)
 * </pre>
 *
 * <p>Changes are taken in the order of their rates, of one decision only those on the lower convex
 * hull of its alternatives, since any other pays more for the same. For every bound that is reached
 * exactly there is no better choice (Lagrange multipliers for the multiple-choice knapsack: Sinha
 * and Zoltners, 1979).
 */
public final class Chooser {
    /** What is thought of a step after it was tried. */
    public enum Verdict {
        /** It stays, and the next is tried. */
        KEEP,
        /** It is taken back, and the next is tried. */
        UNDO,
        /** It stays, and no more is tried. */
        ENOUGH,
        /** It is taken back, and no more is tried. */
        STOP
    }

    /** Tries a step, mostly by a measurement. */
    @FunctionalInterface
    public interface Judge<T> {
        /**
         * @param choice with the step
         */
        Verdict of(Step<T> step, Choice<T> choice);
    }

    private Chooser() {}

    /**
     * The steps that are worth taking to cost less in {@code gained}, those that give most for what
     * they cost in {@code paid} first. Steps of one decision follow from each other.
     */
    public static <T> List<Step<T>> path(
            List<Decision<T>> decisions, Measure gained, Measure paid) {
        List<Step<T>> steps = new ArrayList<>();
        for (Decision<T> decision : decisions) {
            Optional<Step<T>> next = best(decision, decision.now(), gained, paid);
            while (next.isPresent()) {
                steps.add(next.get());
                next = best(decision, next.get().to(), gained, paid);
            }
        }
        // Stable: what gives as much keeps the order of the decisions.
        steps.sort(Comparator.comparingDouble((Step<T> step) -> step.rate()).reversed());
        return steps;
    }

    private static <T> Optional<Step<T>> best(
            Decision<T> decision, Alternative<T> from, Measure gained, Measure paid) {
        return decision.alternatives().stream()
                .map(to -> step(decision, from, to, gained, paid))
                .filter(step -> step.gained() > 0)
                .max(
                        Comparator.comparingDouble((Step<T> step) -> step.rate())
                                .thenComparingDouble(Chooser::fineness));
    }

    /** Of two that give alike, the smaller; of two that cost nothing, the greater. */
    private static double fineness(Step<?> step) {
        return step.paid() > 0 ? -step.gained() : step.gained();
    }

    private static <T> Step<T> step(
            Decision<T> decision,
            Alternative<T> from,
            Alternative<T> to,
            Measure gained,
            Measure paid) {
        Costs more = to.costs().minus(from.costs());
        return new Step<>(decision, from, to, -more.of(gained), more.of(paid));
    }

    /**
     * Takes steps in the order given and asks after each what is thought of it.
     *
     * @param steps of {@code decisions}; one whose decision stands elsewhere by then, since a step
     *     before it was taken back, leads to its alternative all the same
     */
    public static <T> Choice<T> walk(
            List<Decision<T>> decisions, List<Step<T>> steps, Judge<T> judge) {
        Choice<T> choice = Choice.now(decisions);
        for (Step<T> step : steps) {
            Choice<T> tried = choice.with(step.decision(), step.to());
            Verdict verdict = judge.of(step, tried);
            choice = verdict == Verdict.KEEP || verdict == Verdict.ENOUGH ? tried : choice;
            if (verdict == Verdict.ENOUGH || verdict == Verdict.STOP) {
                return choice;
            }
        }
        return choice;
    }

    /**
     * What costs at most so much in {@code gained}, for as little as possible in {@code paid}: as
     * many steps of the {@link #path} as that takes, without those that turn out not to be needed.
     * Where that cannot be reached, what costs least in {@code gained}.
     *
     * @param most that all decisions together may cost in {@code gained}
     */
    public static <T> Choice<T> within(
            List<Decision<T>> decisions, Measure gained, double most, Measure paid) {
        if (Choice.now(decisions).costs().of(gained) <= most) {
            return Choice.now(decisions);
        }
        List<Step<T>> taken = new ArrayList<>();
        Choice<T> choice =
                walk(
                        decisions,
                        path(decisions, gained, paid),
                        (step, tried) -> {
                            taken.add(step);
                            return tried.costs().of(gained) <= most ? Verdict.ENOUGH : Verdict.KEEP;
                        });
        taken.sort(Comparator.comparingDouble((Step<T> step) -> step.paid()).reversed());
        for (Step<T> step : taken) {
            boolean isLast = choice.taken().get(step.decision()).equals(step.to());
            if (isLast && step.paid() > 0) {
                Choice<T> without = choice.with(step.decision(), step.from());
                choice = without.costs().of(gained) <= most ? without : choice;
            }
        }
        return choice;
    }

    /**
     * What costs at most so much in {@code gained} while the greatest error of any decision is as
     * small as possible: of each decision the alternative that costs least in {@code gained} of
     * those whose error is within one bound for all. Where that cannot be reached, what costs least
     * in {@code gained}.
     *
     * @param most that all decisions together may cost in {@code gained}
     */
    public static <T> Choice<T> leastWorst(
            List<Decision<T>> decisions, Measure gained, double most) {
        TreeSet<Double> errors = new TreeSet<>();
        decisions.forEach(d -> d.alternatives().forEach(a -> errors.add(a.costs().error())));
        List<Double> bounds = new ArrayList<>(errors);
        int missing = -1;
        int reaching = bounds.size() - 1;
        while (reaching - missing > 1) {
            int middle = (reaching + missing) / 2;
            if (cheapest(decisions, gained, bounds.get(middle)).costs().of(gained) <= most) {
                reaching = middle;
            } else {
                missing = middle;
            }
        }
        return bounds.isEmpty()
                ? Choice.now(decisions)
                : cheapest(decisions, gained, bounds.get(reaching));
    }

    /**
     * The first of several that is within a budget, or the one that comes nearest to it.
     *
     * @param now how things stand
     * @param others to try, from cheap to dear; no more of them are made than are looked at
     * @param excess how much of the budget one takes, by a measurement; 1 is all of it
     */
    public static <A> A firstWithin(A now, Stream<A> others, ToDoubleFunction<A> excess) {
        A best = now;
        double least = excess.applyAsDouble(now);
        Iterator<A> next = others.iterator();
        while (least > 1 && next.hasNext()) {
            A tried = next.next();
            double taken = excess.applyAsDouble(tried);
            if (taken < least) {
                least = taken;
                best = tried;
            }
        }
        return best;
    }

    /** Of each decision what costs least of those alternatives whose error is within a bound. */
    private static <T> Choice<T> cheapest(
            List<Decision<T>> decisions, Measure gained, double bound) {
        Choice<T> choice = Choice.now(decisions);
        for (Decision<T> decision : decisions) {
            Optional<Alternative<T>> least =
                    decision.alternatives().stream()
                            .filter(a -> a.costs().error() <= bound)
                            .min(Comparator.comparingDouble(a -> a.costs().of(gained)));
            if (least.isPresent()) {
                choice = choice.with(decision, least.get());
            }
        }
        return choice;
    }
}
