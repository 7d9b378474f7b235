package dev.espalier.core.guard;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.Pipeline.Guarded;
import java.util.Locale;

/**
 * Measures on validation examples what each pass loses. Where that is more than a bound, the pass's
 * remedies are tried in their order, each on top of the best so far, until the bound holds. Where
 * it never does, the best that was found is taken, and the run has missed a goal.
 *
 * @param bound on what a pass may lose
 * @param samples validation examples that are looked at, at the most
 */
public record AccuracyGuard(LossBound bound, int samples) implements Pipeline.Guard {
    private static final double POINTS = 100;

    /**
     * Refuses what can never be judged.
     *
     * @param context of the run, with its data
     * @throws InvalidOptionException where there is nothing to judge by, or so few examples that
     *     one of them is more than the bound allows
     */
    public void check(Model model, PassContext context) {
        int examples = new LossMeter(model, samples, context).examples();
        double least = Math.min(bound.maxDrop(), bound.maxChanged());
        if (POINTS / examples > least) {
            throw new InvalidOptionException(
                    String.format(
                            Locale.ROOT,
                            "guard: %s cannot be told on %s validation examples, of which one is"
                                    + " %.2g %%; allow more, or give more examples",
                            bound,
                            examples,
                            POINTS / examples));
        }
    }

    @Override
    public Guarded guarded(
            Pass pass, Model reference, Model before, Model after, PassContext context) {
        LossMeter meter = new LossMeter(reference, samples, context);
        Loss loss = meter.of(after, bound);
        if (bound.holds(loss)) {
            context.note("guard: " + loss + ": within bounds");
            return new Guarded(after, context);
        }
        context.warn("guard: %s: more than %s".formatted(loss, bound));
        Trials trials = new Trials(before, context);
        Trials.Made asked = trials.taken(pass, after);
        return new RemedyWalk(meter, bound, trials, context).from(pass, asked, loss);
    }
}
