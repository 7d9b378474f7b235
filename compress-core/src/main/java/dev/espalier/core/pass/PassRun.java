package dev.espalier.core.pass;

import java.util.List;

/**
 * What one pass did when it ran.
 *
 * @param id of the pass
 * @param seconds of wall clock, without the measurements around it
 * @param changed whether it returned another model than it was given
 * @param notes what was done, in sentences
 * @param skips what was refused, and why
 * @param readings what was plotted on the way, in order
 * @param misses what the options ask for and the result does not reach
 */
public record PassRun(
        String id,
        double seconds,
        boolean changed,
        ModelFigures before,
        ModelFigures after,
        List<String> notes,
        List<Skip> skips,
        List<Reading> readings,
        List<Miss> misses) {
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

    public PassRun {
        notes = List.copyOf(notes);
        skips = List.copyOf(skips);
        readings = List.copyOf(readings);
        misses = List.copyOf(misses);
    }
}
