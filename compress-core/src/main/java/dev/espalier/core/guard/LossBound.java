package dev.espalier.core.guard;

import dev.espalier.core.pass.PassContext;
import java.util.Locale;

/**
 * What a network may lose. Examples that it was trained on say little about accuracy: there it is
 * right nearly always, before and after. How many answers change says more, since on other examples
 * a part of them turns wrong.
 *
 * @param maxDrop points of top-1
 * @param maxChanged percent of answers that may be other ones
 */
public record LossBound(double maxDrop, double maxChanged) {
    private static final double POINTS = 100;

    /**
     * How many standard errors a figure is away from a bound where more examples change nothing.
     */
    private static final double CLEAR = 3;

    /** A bound on top-1 alone. */
    public static LossBound ofDrop(double maxDrop) {
        return new LossBound(maxDrop, POINTS);
    }

    public boolean holds(Loss loss) {
        return excess(loss) <= 1;
    }

    /**
     * How much is lost for what may be lost, of drop and changed answers the greater part; beyond 1
     * the bound does not hold.
     */
    public double excess(Loss loss) {
        double changed = part(POINTS * loss.changed(), maxChanged);
        return loss.drop().isPresent()
                ? Math.max(part(POINTS * loss.drop().getAsDouble(), maxDrop), changed)
                : changed;
    }

    private static double part(double lost, double most) {
        return lost <= most && most <= 0 ? 1 : lost / Math.max(most, Double.MIN_NORMAL);
    }

    /** Tells that a guard's bound does not hold. */
    void missed(Loss loss, PassContext context) {
        double drop = POINTS * loss.drop().orElse(0);
        if (drop > maxDrop) {
            context.missed("guard.max-drop", maxDrop, drop);
        }
        double changed = POINTS * loss.changed();
        if (changed > maxChanged) {
            context.missed("guard.max-changed", maxChanged, changed);
        }
    }

    /** In words, as what may be lost. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s points and %s %% of the answers", maxDrop, maxChanged);
    }

    /** Whether looking at more examples would hardly change the verdict. */
    public boolean isClear(Loss loss) {
        double changed = POINTS * loss.changed();
        double changedError = POINTS * loss.changedError();
        double drop = POINTS * loss.drop().orElse(0);
        double dropError = loss.drop().isPresent() ? POINTS * loss.dropError() : 0;
        boolean broken =
                drop - CLEAR * dropError > maxDrop || changed - CLEAR * changedError > maxChanged;
        boolean kept =
                drop + CLEAR * dropError <= maxDrop
                        && (maxChanged >= POINTS || changed + CLEAR * changedError <= maxChanged);
        return broken || kept;
    }
}
