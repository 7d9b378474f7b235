package dev.espalier.core.guard;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What one network lost against another, on the same n examples. With b of them answered rightly
 * before and wrongly now, c the other way round:
 *
 * <pre>
 *   drop            = (b - c) / n
 *   standard error  = sqrt(((b + c + 1) / n - drop^2) / n)     of paired answers
 * </pre>
 *
 * <p>The 1 stands for the change that was not seen yet: without any, the error is not 0.
 *
 * @param examples n
 * @param labelled how many of them have labels; b and c are counted of these
 * @param lost b
 * @param won c
 * @param others how many have another answer than before, right or wrong
 */
public record Loss(int examples, int labelled, int lost, int won, int others) {
    private static final double POINTS = 100;

    /** Top-1 before less top-1 after, as ratios; empty where the examples have no labels. */
    public OptionalDouble drop() {
        return labelled == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) (lost - won) / labelled);
    }

    /** The standard error of {@link #drop}, a ratio. */
    public double dropError() {
        double drop = drop().orElse(0);
        double turned = (lost + won + 1.0) / Math.max(1, labelled);
        return Math.sqrt(Math.max(0, turned - drop * drop) / Math.max(1, labelled));
    }

    /** Share of the examples that have another answer, from 0 to 1. */
    public double changed() {
        return (double) others / examples;
    }

    /** The standard error of {@link #changed}, from Laplace's estimate of the share. */
    public double changedError() {
        double share = (others + 1.0) / (examples + 2.0);
        return Math.sqrt(share * (1 - share) / examples);
    }

    /** In a few words, with the standard errors. */
    @Override
    public String toString() {
        String answers =
                String.format(
                        Locale.ROOT,
                        "%.2f %% of the answers changed (standard error %.2f), on %s validation"
                                + " examples",
                        POINTS * changed(),
                        POINTS * changedError(),
                        examples);
        return drop().isEmpty()
                ? answers
                : String.format(
                                Locale.ROOT,
                                "%.2f points lost (standard error %.2f), ",
                                POINTS * drop().getAsDouble(),
                                POINTS * dropError())
                        + answers;
    }
}
