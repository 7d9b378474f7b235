package dev.espalier.core.guard;

import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import dev.espalier.core.choice.Chooser;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun.Attempt;
import dev.espalier.core.pass.Pipeline.Guarded;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Tries the remedies of one pass until a bound holds or none is left. */
final class RemedyWalk {
    /** For the time of one attempt. */
    private static final double SECONDS = 0.3;

    /**
     * Something that was tried.
     *
     * @param what it is, in a few words
     * @param passes in whole; {@code made} may be of their form for trials
     */
    private record Tried(
            String what, List<Pass> passes, Trials.Made made, Loss loss, double micros) {}

    private final LossMeter meter;
    private final LossBound bound;
    private final Trials trials;
    private final PassContext context;
    private final List<Tried> tried = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();

    RemedyWalk(LossMeter meter, LossBound bound, Trials trials, PassContext context) {
        this.meter = meter;
        this.bound = bound;
        this.trials = trials;
        this.context = context;
    }

    /**
     * Walks.
     *
     * @param asked what {@code pass} returned
     * @param loss of that, which is too much
     * @return the first result within the bound, or the one that comes nearest
     */
    Guarded from(Pass pass, Trials.Made asked, Loss loss) {
        Tried best = new Tried("as asked for", List.of(pass), asked, loss, micros(asked.model()));
        tried.add(best);
        for (Remedy remedy : pass.remedies()) {
            if (!bound.holds(best.loss())) {
                best = walked(remedy, best);
            }
        }
        return given(best.made() == asked ? best : whole(best));
    }

    private Tried walked(Remedy remedy, Tried start) {
        List<Remedy.Variant> variants = variants(remedy, start);
        try (Progress.Task task =
                context.progress().begin("guard: " + remedy.name(), variants.size(), "trials")) {
            return Chooser.firstWithin(
                    start,
                    variants.stream().flatMap(variant -> tried(variant, task).stream()),
                    one -> bound.excess(one.loss()));
        }
    }

    private List<Remedy.Variant> variants(Remedy remedy, Tried start) {
        Remedy.Situation situation =
                new Remedy.Situation(start.passes(), trials.before(), start.made().model());
        return attempt(
                        remedy.name(),
                        () ->
                                remedy.variants()
                                        .of(
                                                situation,
                                                context.trial().withProgress(context.progress())))
                .orElse(List.of());
    }

    private Optional<Tried> tried(Remedy.Variant variant, Progress.Task task) {
        context.checkCancelled();
        Optional<Tried> found =
                attempt(
                        variant.what(),
                        () ->
                                tried(
                                        variant.what(),
                                        variant.passes(),
                                        trials.trial(variant.passes())));
        found.ifPresent(tried::add);
        task.advance(1);
        return found;
    }

    /** What is tried; empty where it fails, which is told and is no reason to give the rest up. */
    private <T> Optional<T> attempt(String what, Supplier<T> trying) {
        try {
            return Optional.of(trying.get());
        } catch (CancelledException e) {
            throw e;
        } catch (CompressionException e) {
            failed.add("guard: '%s' could not be tried: %s".formatted(what, e.getMessage()));
            return Optional.empty();
        }
    }

    private Tried tried(String what, List<Pass> passes, Trials.Made made) {
        return new Tried(what, passes, made, meter.of(made.model(), bound), micros(made.model()));
    }

    private double micros(Model model) {
        return context.host()
                .timer()
                .map(timer -> timer.micros(List.of(model), SECONDS).get(0))
                .map(ModelTimer::median)
                .orElse(Double.NaN);
    }

    /** With the work that trials leave out. */
    private Tried whole(Tried best) {
        Trials.Made made = trials.of(best.passes());
        if (made.model() == best.made().model()) {
            return best;
        }
        Tried whole = tried(best.what(), best.passes(), made);
        tried.set(tried.indexOf(best), whole);
        return whole;
    }

    private Guarded given(Tried best) {
        PassContext told = context.withLog(best.made().told());
        told.attempted(tried.stream().map(one -> row(one, one == best)).toList());
        failed.forEach(told::note);
        if (bound.holds(best.loss())) {
            told.warn("guard: '%s' holds: %s".formatted(best.what(), best.loss()));
        } else {
            told.warn(
                    "guard: no remedy keeps within %s; the best is '%s': %s"
                            .formatted(bound, best.what(), best.loss()));
            bound.missed(best.loss(), told);
        }
        return new Guarded(best.made().model(), told);
    }

    private Attempt row(Tried one, boolean isTaken) {
        Loss loss = one.loss();
        return new Attempt(
                one.what(),
                loss.drop().orElse(Double.NaN),
                loss.dropError(),
                loss.changed(),
                loss.examples(),
                OnnxWriter.size(one.made().model()),
                one.micros(),
                bound.holds(loss),
                isTaken);
    }
}
