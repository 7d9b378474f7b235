package dev.espalier.train;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.train.TrainingState.Begun;
import dev.espalier.train.TrainingState.Epoch;
import dev.espalier.train.TrainingState.Setback;
import dev.espalier.train.program.Mixtures;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Slot;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.torch.TorchModule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * One training, from its start or its checkpoint to its end. There is a checkpoint after each
 * epoch, and within one after some minutes and when the user asks to stop. An epoch in which it
 * diverges is given up: training goes back to the end of the epoch before and on at half the
 * learning rate, a few times at most. The checkpoint knows of it, so that a resumed training takes
 * the same course.
 */
final class TrainingRun {
    private static final String CHECKPOINT = "training";

    /** Kept beside that of the epoch before, to which a diverging training goes back. */
    private static final String WITHIN_EPOCH = "training-within-epoch";

    private static final long NANOS_BETWEEN = 300_000_000_000L;
    private static final int MOST_SETBACKS = 3;

    /** A loss so many times that of the epoch before, or 1 if that is more, has exploded. */
    private static final double EXPLOSION = 100;

    /** Examples that statistics are measured on where weights are averaged. */
    private static final int STATISTICS_SAMPLES = 2048;

    private final TrainingPlan plan;
    private final Objective objective;
    private final PassContext context;
    private final Model model;
    private final Dataset training;
    private final Yardstick yardstick;
    private final TrainingNotes notes;
    private final int parts;
    private final int part;
    private final Optional<Mixtures> mixtures;

    /**
     * @param model to begin with
     */
    TrainingRun(TrainingPlan plan, Objective objective, PassContext context, Model model) {
        this.plan = plan;
        this.objective = objective;
        this.context = context;
        this.model = model;
        this.training = context.data().training();
        this.yardstick =
                Yardstick.of(
                        objective,
                        ShapeInference.of(model, context.inputShapes())
                                .shape(model.graph().outputs().get(0).name()),
                        context.data().validation(),
                        context.runner());
        this.notes = new TrainingNotes(plan, context, yardstick);
        int batch = plan.regime().batch();
        int limit = plan.regime().microBatch();
        this.part = limit == 0 ? batch : limit;
        this.parts = batch / part;
        this.mixtures =
                Mixtures.of(
                        plan.regime().augmentation().mixing(),
                        model,
                        context.inputShapes().withBatch(part),
                        context.seed());
    }

    /** The model with its trained weights. */
    Model run() {
        TrainingData.requireEnough(training, part * parts);
        TrainingData.requireFitting(
                model, context.inputShapes(), training, part, objective.truth());
        if (plan.regime().patience() > 0 && !yardstick.isThere()) {
            throw new InvalidOptionException(
                    "patience needs a validation split, and there is none; set validation.fraction"
                            + " of the data above 0, or patience to 0");
        }
        TorchProgram fresh = program(TrainingState.START);
        long identity = identity(fresh);
        TrainingState state = kept(CHECKPOINT, identity).orElse(TrainingState.START);
        TrainingState start = kept(WITHIN_EPOCH, identity).filter(state::begins).orElse(state);
        notes.begins(model, fresh, start);
        while (!isOver(state)) {
            state =
                    stretch(
                            state,
                            start,
                            start.tensors().isEmpty() ? fresh : program(start),
                            identity);
            start = state;
        }
        notes.ends(fresh, state);
        return outcome(state);
    }

    private Optional<TrainingState> kept(String checkpoint, long identity) {
        return context.checkpoints()
                .read(checkpoint)
                .flatMap(bytes -> TrainingState.read(bytes, identity));
    }

    private boolean isOver(TrainingState state) {
        int patience = plan.regime().patience();
        return state.epoch() >= plan.epochs()
                || patience > 0 && state.stalled(yardstick.isFalling()) >= patience;
    }

    /**
     * Trains to the end, or until an epoch is given up; keeps what is reached.
     *
     * @param from after the last finished epoch
     * @param start the same, or within the epoch after it
     * @param program at {@code start}
     */
    private TrainingState stretch(
            TrainingState from, TrainingState start, TorchProgram program, long identity) {
        TrainingState state = from;
        Begun begun = start.begun();
        try (TorchModule module = TorchModule.load(program.archive())) {
            while (!isOver(state)) {
                TrainingState before = state;
                Steps steps =
                        new Steps(
                                before,
                                begun,
                                so ->
                                        keepWithin(
                                                before.within(tensors(program, module), so),
                                                identity));
                begun = Begun.NOT;
                Optional<Setback> setback = steps.run(module);
                TrainingState next =
                        setback.isPresent()
                                ? state.after(setback.get())
                                : state.after(tensors(program, module), steps.figures());
                if (setback.isEmpty() && !next.isFinite()) {
                    setback = Optional.of(steps.setback(Double.NaN));
                    next = state.after(setback.get());
                }
                if (setback.isPresent()) {
                    refuse(next.setbacks());
                    context.checkpoints().write(CHECKPOINT, next.toBytes(identity));
                    return next;
                }
                state = judged(next);
                notes.plot(state.epoch(), state.history().get(state.epoch() - 1));
                context.checkpoints().write(CHECKPOINT, state.toBytes(identity));
            }
        }
        return state;
    }

    private static Map<Slot, Tensor> tensors(TorchProgram program, TorchModule module) {
        return program.bySlot(module.run("state", List.of()));
    }

    private void keepWithin(TrainingState state, long identity) {
        context.checkpoints().write(WITHIN_EPOCH, state.toBytes(identity));
    }

    private static void refuse(List<Setback> setbacks) {
        if (setbacks.size() > MOST_SETBACKS) {
            Setback last = setbacks.get(setbacks.size() - 1);
            throw new InvalidOptionException(
                    String.format(
                            Locale.ROOT,
                            "training diverged: the loss was %s in epoch %d, step %d, at learning"
                                    + " rate %.4g, after it had been halved %d times; lower"
                                    + " learning-rate or lengthen the warm-up",
                            last.loss(),
                            last.epoch(),
                            last.step(),
                            last.rate(),
                            MOST_SETBACKS));
        }
    }

    /** The state with the validation figure of what would be its outcome. */
    private TrainingState judged(TrainingState state) {
        return yardstick.isThere() ? state.judged(yardstick.of(outcome(state))) : state;
    }

    /** What training returns if it ends in {@code state}. */
    private Model outcome(TrainingState state) {
        Map<String, Tensor> values = state.initializers();
        if (values.isEmpty()) {
            return model;
        }
        GraphEditor editor = new GraphEditor(model.graph());
        values.forEach(editor::setInitializer);
        Model trained = model.withGraph(editor.build());
        return plan.regime().averaging() > 0
                ? RunningStatistics.of(trained, (where, reason) -> {})
                        .measure(context, STATISTICS_SAMPLES)
                : trained;
    }

    private TorchProgram program(TrainingState start) {
        return TorchProgram.training(
                model,
                context.inputShapes().withBatch(part),
                parts,
                objective,
                plan.regime(),
                start.tensors());
    }

    /** Changes whenever anything changes that the course of training depends on. */
    private long identity(TorchProgram program) {
        CRC32 crc = new CRC32();
        crc.update(program.archive());
        return crc.getValue() << 32
                ^ (plan + " " + context.seed() + " " + training.size()).hashCode();
    }

    /** The steps of the epoch after a state, or what is left of them. */
    private final class Steps {
        private final TrainingState before;
        private final Consumer<Begun> keeper;
        private final int batch = part * parts;
        private final double secondsBefore;
        private final long start = System.nanoTime();
        private long lastKept = start;
        private int taken;
        private double rate;
        private double losses;
        private double correct;
        private double limit;

        /**
         * @param keeper told how far the epoch is whenever that shall outlive a kill
         */
        Steps(TrainingState before, Begun begun, Consumer<Begun> keeper) {
            this.before = before;
            this.keeper = keeper;
            this.taken = begun.steps();
            this.losses = begun.losses();
            this.correct = begun.correct();
            this.secondsBefore = begun.seconds();
            this.limit =
                    before.epoch() == 0
                            ? begun.limit()
                            : limit(before.history().get(before.epoch() - 1).loss());
        }

        private static double limit(double usual) {
            return EXPLOSION * Math.max(1, usual);
        }

        /** Takes all steps; tells where it had to give up. */
        Optional<Setback> run(TorchModule module) {
            Batching batching =
                    Batching.training(
                            batch, plan.regime().augmentation().toAugmentation(), context.seed());
            try (BatchStream batches =
                            BatchStream.openAt(taken, training, batching, before.epoch());
                    Progress.Task task =
                            context.progress()
                                    .begin(name(), (long) batches.batches() * batch, "images")) {
                task.advance((long) taken * batch);
                while (batches.hasNext()) {
                    checkCancelled();
                    long step = (long) before.epoch() * batches.batches() + taken;
                    double loss = step(module, batches, step);
                    if (!Double.isFinite(loss) || loss > limit) {
                        return Optional.of(setback(loss));
                    }
                    limit = Double.isFinite(limit) ? limit : limit(loss);
                    task.advance(batch);
                    task.show(words());
                    if (System.nanoTime() - lastKept > NANOS_BETWEEN) {
                        keep();
                    }
                }
            }
            return Optional.empty();
        }

        /** Loses no step where the user asks to stop. */
        private void checkCancelled() {
            try {
                context.checkCancelled();
            } catch (CancelledException e) {
                keep();
                throw e;
            }
        }

        private void keep() {
            keeper.accept(new Begun(taken, losses, correct, seconds(), limit));
            lastKept = System.nanoTime();
        }

        private double seconds() {
            return secondsBefore + (System.nanoTime() - start) / 1e9;
        }

        private String name() {
            String name = "epoch " + (before.epoch() + 1) + " of " + plan.epochs();
            return before.setbacks().isEmpty()
                    ? name
                    : name + ", learning rate x " + before.slowdown();
        }

        private double step(TorchModule module, BatchStream batches, long step) {
            Batch examples = batches.next();
            rate = before.slowdown() * plan.rate(step, batches.batches());
            float[] result = module.run("step", arguments(examples, step)).get(0).toFloats();
            batches.recycle(examples);
            taken++;
            losses += result[0];
            correct += result[1];
            return result[0];
        }

        private List<Tensor> arguments(Batch examples, long step) {
            List<Tensor> arguments =
                    TrainingData.arguments(model, examples, rate, objective.truth());
            mixtures.ifPresent(each -> arguments.add(each.at(step).toTensor()));
            return arguments;
        }

        private String words() {
            String text = String.format(Locale.ROOT, "loss %.4f", losses / taken);
            double share = correct / ((double) taken * batch);
            return Double.isNaN(share)
                    ? text
                    : text
                            + String.format(
                                    Locale.ROOT, ", %s %.2f %%", yardstick.share(), 100 * share);
        }

        Setback setback(double loss) {
            return new Setback(before.epoch() + 1, taken, loss, rate);
        }

        Epoch figures() {
            double images = (double) taken * batch;
            return new Epoch(
                    rate, losses / taken, correct / images, Double.NaN, images / seconds());
        }
    }
}
