package dev.espalier.core.recipe;

import dev.espalier.core.guard.LossBound;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.util.Optional;

/**
 * What each pass may lose on validation examples. Where one loses more, its remedies are tried; a
 * pass behind which another trains is judged together with that one.
 *
 * @param maxDrop points of top-1; without labels, answers that change are counted alone
 * @param maxChanged percent of answers that may be other ones; empty is 4 times {@code maxDrop}
 * @param samples validation examples that are looked at, at the most
 */
@Withers
public record Guard(
        @Option(
                        value = "null",
                        help = "Most points of top-1 that a pass may lose on validation examples.",
                        min = 0,
                        max = 100)
                Optional<Double> maxDrop,
        @Option(
                        value = "null",
                        help =
                                "Most percent of answers that a pass may change; 4 times max-drop"
                                        + " where it is not given.",
                        min = 0,
                        max = 100)
                Optional<Double> maxChanged,
        @Option(value = "5000", help = "Validation examples that decide, at the most.", min = 1)
                int samples)
        implements GuardBuilder.With {
    private static final double MOST = 100;

    /**
     * How many answers may change for each that may turn wrong. Rounding a trained network turns
     * answers near the border between two classes, from right to wrong and from wrong to right or
     * to another wrong one.
     */
    private static final double CHANGES = 4;

    /** What is too much; empty where nothing is. */
    public Optional<LossBound> bound() {
        if (maxDrop.isEmpty() && maxChanged.isEmpty()) {
            return Optional.empty();
        }
        double drop = maxDrop.orElse(MOST);
        return Optional.of(new LossBound(drop, maxChanged.orElse(Math.min(MOST, CHANGES * drop))));
    }
}
