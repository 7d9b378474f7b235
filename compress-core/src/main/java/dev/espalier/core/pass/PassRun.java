package dev.espalier.core.pass;

import java.util.List;

/**
 * What one pass did when it ran.
 *
 * @param id of the pass
 * @param seconds of wall clock, without the measurements around it
 * @param changed whether it returned another model than it was given
 * @param told what it said on the way
 */
public record PassRun(
        String id,
        double seconds,
        boolean changed,
        ModelFigures before,
        ModelFigures after,
        Told told) {
    /**
     * What a pass told, each in order.
     *
     * @param notes what was done, in sentences
     * @param skips what was refused, and why
     * @param readings what was plotted on the way
     * @param misses what the options ask for and the result does not reach
     * @param attempts what the recipe's guard tried; empty where there was nothing to try
     * @param layerErrors how much of the output's error comes from each layer, the greatest first;
     *     empty where that was not measured
     */
    public record Told(
            List<String> notes,
            List<Skip> skips,
            List<Reading> readings,
            List<Miss> misses,
            List<Attempt> attempts,
            List<LayerError> layerErrors) {
        /** Nothing. */
        public static final Told NOTHING =
                new Told(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

        public Told {
            notes = List.copyOf(notes);
            skips = List.copyOf(skips);
            readings = List.copyOf(readings);
            misses = List.copyOf(misses);
            attempts = List.copyOf(attempts);
            layerErrors = List.copyOf(layerErrors);
        }
    }

    /** {@link Told#notes}. */
    public List<String> notes() {
        return told.notes();
    }

    /** {@link Told#skips}. */
    public List<Skip> skips() {
        return told.skips();
    }

    /** {@link Told#readings}. */
    public List<Reading> readings() {
        return told.readings();
    }

    /** {@link Told#misses}. */
    public List<Miss> misses() {
        return told.misses();
    }

    /**
     * A refused rewrite.
     *
     * @param where node or value
     */
    public record Skip(String where, String reason) {
        /** As one line, {@code where: reason}. */
        @Override
        public String toString() {
            return where + ": " + reason;
        }
    }

    /** One point of a curve, such as the training loss after an epoch. */
    public record Reading(String curve, double epoch, double value) {}

    /**
     * An option that was not fulfilled.
     *
     * @param option by its path in the recipe
     * @param found in the unit of {@code asked}
     */
    public record Miss(String option, double asked, double found) {}

    /**
     * What a guard saw, of the pass as asked for and of each remedy.
     *
     * @param what was tried
     * @param drop top-1 before less after, a ratio, on validation examples; NaN without labels
     * @param dropError its standard error
     * @param changed share of the answers that are other ones, from 0 to 1
     * @param examples that were looked at
     * @param bytes of the file
     * @param micros of one run, measured briefly; NaN where nothing measures
     * @param holds whether that is within the guard's bounds
     * @param taken whether this is what the pass returned
     */
    public record Attempt(
            String what,
            double drop,
            double dropError,
            double changed,
            int examples,
            long bytes,
            double micros,
            boolean holds,
            boolean taken) {}

    /**
     * What one layer does to the network's output: the noise that arises where its output is made,
     * alone, carried to the end of an otherwise exact network.
     *
     * @param layer by its label
     * @param noise over signal of the output, {@code sum (y - y')^2 / sum y^2}
     */
    public record LayerError(String layer, double noise) {}
}
