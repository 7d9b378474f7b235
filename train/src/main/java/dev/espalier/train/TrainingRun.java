package dev.espalier.train;

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
import dev.espalier.train.TrainingState.Epoch;
import dev.espalier.train.TrainingState.Setback;
import dev.espalier.train.program.Mixtures;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.torch.TorchModule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One training, from its start or its checkpoint to its end. An epoch in which it diverges is given
 * up: training goes back to the end of the epoch before and on at half the learning rate, a few
 * times at most. The checkpoint knows of it, so that a resumed training takes the same course.
 */
final class TrainingRun {
    private static final String CHECKPOINT = "training";
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
        TrainingState state =
                context.checkpoints()
                        .read(CHECKPOINT)
                        .flatMap(bytes -> TrainingState.read(bytes, identity))
                        .orElse(TrainingState.START);
        notes.begins(model, fresh, state);
        while (!isOver(state)) {
            state = stretch(state, state.tensors().isEmpty() ? fresh : program(state), identity);
        }
        notes.ends(fresh, state);
        return outcome(state);
    }

    private boolean isOver(TrainingState state) {
        int patience = plan.regime().patience();
        return state.epoch() >= plan.epochs()
                || patience > 0 && state.stalled(yardstick.isFalling()) >= patience;
    }

    /** Trains to the end, or until an epoch is given up; keeps what is reached. */
    private TrainingState stretch(TrainingState from, TorchProgram program, long identity) {
        TrainingState state = from;
        try (TorchModule module = TorchModule.load(program.archive())) {
            while (!isOver(state)) {
                Steps steps = new Steps(state);
                Optional<Setback> setback = steps.run(module);
                TrainingState next =
                        setback.isPresent()
                                ? state.after(setback.get())
                                : state.after(
                                        program.bySlot(module.run("state", List.of())),
                                        steps.figures());
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

    /** The steps of the epoch after a state. */
    private final class Steps {
        private final TrainingState before;
        private final int batch = part * parts;
        private int taken;
        private double rate;
        private double losses;
        private double correct;
        private double seconds;
        private double limit;

        Steps(TrainingState before) {
            this.before = before;
            this.limit =
                    before.epoch() == 0
                            ? Double.POSITIVE_INFINITY
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
            long start = System.nanoTime();
            try (BatchStream batches = BatchStream.open(training, batching, before.epoch());
                    Progress.Task task =
                            context.progress()
                                    .begin(name(), (long) batches.batches() * batch, "images")) {
                while (batches.hasNext()) {
                    context.checkCancelled();
                    long step = (long) before.epoch() * batches.batches() + taken;
                    double loss = step(module, batches, step);
                    if (!Double.isFinite(loss) || loss > limit) {
                        return Optional.of(setback(loss));
                    }
                    limit = Double.isFinite(limit) ? limit : limit(loss);
                    task.advance(batch);
                    task.show(words());
                }
            }
            seconds = (System.nanoTime() - start) / 1e9;
            return Optional.empty();
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
            return new Epoch(rate, losses / taken, correct / images, Double.NaN, images / seconds);
        }
    }
}
