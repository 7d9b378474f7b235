package dev.espalier.train.internal.run;

import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.train.internal.run.TrainingState.Divergence;
import dev.espalier.train.internal.run.TrainingState.Epoch;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.program.Slot;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.run.TrainingPlan;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Says what a training did: sentences for the report, and its curves. */
final class TrainingNotes {
    private final TrainingPlan plan;
    private final PassContext context;
    private final ValidationMetric metric;

    TrainingNotes(TrainingPlan plan, PassContext context, ValidationMetric metric) {
        this.plan = plan;
        this.context = context;
        this.metric = metric;
    }

    /** Says what will not train, and what an earlier run had done. */
    void begins(Model model, TorchProgram program, TrainingState state) {
        Set<String> moving =
                program.state().stream()
                        .filter(Slot::isInitializer)
                        .map(Slot::name)
                        .collect(Collectors.toSet());
        model.graph().initializers().values().stream()
                .filter(held -> held.tensor().dataType().isFloating())
                .filter(held -> held.tensor().elementCount() > 1)
                .map(Initializer::name)
                .filter(name -> !moving.contains(name))
                .forEach(
                        name ->
                                context.skipped(
                                        name, "not trained: no gradient of the loss reaches it"));
        if (state.begun().steps() > 0) {
            context.note(
                    "went on in epoch %s after step %s"
                            .formatted(state.epoch() + 1, state.begun().steps()));
        } else if (state.epoch() > 0) {
            context.note("went on after epoch " + state.epoch());
        }
        for (int i = 0; i < state.epoch(); i++) {
            plot(i + 1, state.history().get(i));
        }
    }

    /** One epoch's points of the curves. */
    void plot(int epoch, Epoch figures) {
        point("learning rate", epoch, figures.rate());
        point("training loss", epoch, figures.loss());
        point("training " + metric.share(), epoch, figures.training());
        point("validation " + metric.words(), epoch, figures.validation());
        point("images per second", epoch, figures.speed());
    }

    private void point(String curve, int epoch, double value) {
        if (Double.isFinite(value)) {
            context.plot(curve, epoch, value);
        }
    }

    /** Says what was done. */
    void ends(TorchProgram program, TrainingState state) {
        context.note(
                "trained %s weights for %s epochs, activations in %s"
                        .formatted(
                                program.state().stream()
                                        .filter(slot -> slot.kind() == Slot.Kind.WEIGHT)
                                        .count(),
                                state.epoch(),
                                plan.regime().program().precision().isReduced()
                                        ? "bfloat16"
                                        : "float32"));
        if (TorchModule.channelBlock() > 1) {
            context.note(
                    "channels of convolutions were filled up with zeros to multiples of %s, since"
                                    .formatted(TorchModule.channelBlock())
                            + " LibTorch computes others wrongly on this machine");
        }
        state.divergences().forEach(this::divergence);
        if (plan.regime().averaging() > 0 && state.epoch() > 0) {
            context.note(
                    "the weights are their average over the steps; batch-norm statistics were"
                            + " measured anew for it");
        }
        if (state.epoch() < plan.epochs()) {
            stopped(state);
        }
        judgement(state.history());
    }

    private void divergence(Divergence divergence) {
        context.note(
                String.format(
                        Locale.ROOT,
                        "training diverged in epoch %s, step %s (loss %.4g at learning rate %.4g):"
                                + " went back to the end of epoch %s and halved the learning rate",
                        divergence.epoch(),
                        divergence.step(),
                        divergence.loss(),
                        divergence.rate(),
                        divergence.epoch() - 1));
    }

    private void stopped(TrainingState state) {
        int stalled = state.stalled(metric.isFalling());
        int best = state.epoch() - stalled;
        context.note(
                String.format(
                        Locale.ROOT,
                        "stopped after epoch %s of %s: the validation split saw nothing better than"
                                + " the %s of epoch %s for %s epochs; the weights are those of"
                                + " epoch %s, not of the best one",
                        state.epoch(),
                        plan.epochs(),
                        metric.show(List.of(state.history().get(best - 1).validation())),
                        best,
                        stalled,
                        state.epoch()));
    }

    private void judgement(List<Epoch> history) {
        if (metric.isThere() && !history.isEmpty()) {
            context.note(
                    metric.words()
                            + " on the validation split after each epoch: "
                            + metric.show(history.stream().map(Epoch::validation).toList()));
        }
    }
}
