package dev.espalier.core.report;

import java.util.List;

/**
 * Whether the result is what the recipe asked for.
 *
 * @param met whether every check is
 * @param checks one for each wish in the recipe's goal, and one for each option that a pass did not
 *     fulfil; empty where there are none
 */
public record GoalResult(boolean met, List<Check> checks) {
    /** The recipe states no goal. */
    public static final GoalResult NONE = new GoalResult(true, List.of());

    /**
     * One wish.
     *
     * @param name the recipe's key, such as {@code max-drop}
     * @param asked the recipe's number, in its unit
     * @param found what was measured, in the same unit; NaN where it could not be measured
     * @param worst the end of {@code found}'s interval by which the wish is judged, since no more
     *     can be stood for; {@code found} itself where it has none
     */
    public record Check(String name, double asked, double found, double worst, boolean met) {
        /** Of a figure without an interval. */
        public Check(String name, double asked, double found, boolean met) {
            this(name, asked, found, found, met);
        }

        /**
         * What was found: {@code found 2.09}; where that would do but what can be stood for does
         * not, {@code found 2.09, of which 1.71 can be stood for}.
         */
        public String words() {
            String words = "found " + Figures.plain(found);
            return !met && found >= asked && worst < asked
                    ? words + ", of which " + Figures.plain(worst) + " can be stood for"
                    : words;
        }
    }

    public GoalResult {
        checks = checks == null ? List.of() : List.copyOf(checks);
    }

    /** The goal that {@code checks} make up. */
    public static GoalResult of(List<Check> checks) {
        return new GoalResult(checks.stream().allMatch(Check::met), checks);
    }
}
