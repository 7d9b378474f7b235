package dev.espalier.train.internal.run;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.train.internal.run.TrainingState.Begun;
import dev.espalier.train.internal.run.TrainingState.Divergence;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.program.Mixtures;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Regularized;
import dev.espalier.train.program.Regularizer;
import dev.espalier.train.program.Slot;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.run.Regularization;
import dev.espalier.train.run.TrainingPlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One training, from its start or its checkpoint to its end. There is a checkpoint after each
 * epoch, and within one after some minutes and when the user asks to stop. An epoch in which it
 * diverges is given up: training goes back to the end of the epoch before and on at half the
 * learning rate, a few times at most. The checkpoint knows of it, so that a resumed training takes
 * the same course.
 */
public final class TrainingRun {
    private static final String CHECKPOINT = "training";

    /** Kept beside that of the epoch before, to which a diverging training goes back. */
    private static final String WITHIN_EPOCH = "training-within-epoch";

    private static final int MOST_SETBACKS = 3;

    /** Examples that statistics are measured on where weights are not those of a step. */
    public static final int STATISTICS_SAMPLES = 2048;

    private final TrainingPlan plan;
    private final Objective objective;
    private final PassContext context;
    private final Model model;
    private final Dataset training;
    private final ValidationMetric metric;
    private final TrainingNotes notes;
    private final int parts;
    private final int part;
    private final Optional<Mixtures> mixtures;
    private final Regularizer first;
    private final TorchProgram fresh;
    private final long identity;
    private final Optional<Regularization> regularization;
    private final SharedAnswers shared;

    public TrainingRun(TrainingPlan plan, Objective objective, PassContext context, Model model) {
        this(plan, objective, context, model, Optional.empty(), Shared.none());
    }

    /**
     * What trainings that go side by side have in common.
     *
     * @param words what else the course of training depends on, beside what it is given itself
     * @param answers of their teachers
     */
    public record Shared(String words, SharedAnswers answers) {
        /** There are none. */
        public static Shared none() {
            return new Shared("", new SharedAnswers());
        }
    }

    /**
     * @param model to begin with
     * @param regularization of weights, if any
     * @param shared the trainings beside it
     * @throws dev.espalier.core.CompressionException where model, data, plan and objective do not
     *     go together
     */
    public TrainingRun(
            TrainingPlan plan,
            Objective objective,
            PassContext context,
            Model model,
            Optional<Regularization> regularization,
            Shared shared) {
        this.plan = plan;
        this.objective = objective;
        this.context = context;
        this.model = model;
        this.regularization = regularization;
        this.first =
                regularization
                        .map(each -> each.first(model, context.progress()))
                        .orElse(Regularizer.NONE);
        this.training = context.data().training();
        this.metric =
                ValidationMetric.of(
                        objective,
                        ShapeInference.of(model, context.inputShapes())
                                .shape(model.graph().outputs().get(0).name()),
                        context.data().validation(),
                        context.runner());
        this.notes = new TrainingNotes(plan, context, metric);
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
        check();
        this.fresh = program(TrainingState.START);
        this.identity = identity(shared.words());
        this.shared = shared.answers();
    }

    private void check() {
        TrainingData.requireEnough(training, part * parts);
        TrainingData.requireFitting(
                model, context.inputShapes(), training, part, objective.truth());
        TrainingData.requireVaried(training);
        if (plan.regime().patience() > 0 && !metric.isThere()) {
            throw new InvalidOptionException(
                    "patience needs a validation split, and there is none; set validation.fraction"
                            + " of the data above 0, or patience to 0");
        }
    }

    /** The model with its trained weights. */
    public Model run() {
        return end(finish());
    }

    /** Trains to the end, from its start or its checkpoint. */
    public TrainingState finish() {
        TrainingState state = kept(CHECKPOINT).orElse(TrainingState.START);
        notes.begins(model, fresh, within(state));
        return until(plan.epochs(), state);
    }

    /**
     * Goes on from a state that is kept elsewhere, or from what was reached after it in the same
     * epoch.
     */
    public TrainingState resume(TrainingState state) {
        TrainingState latest = latest(state);
        notes.begins(model, fresh, within(latest));
        return latest;
    }

    /** What was reached in the epoch after a state, in this process or another; else the state. */
    public TrainingState latest(TrainingState state) {
        return kept(CHECKPOINT).filter(state::precedes).orElse(state);
    }

    /** Plots what was seen in the last epoch of a state that another process reached. */
    public void plot(TrainingState state) {
        notes.plot(state.epoch(), state.last());
    }

    /** Images of an epoch's steps. */
    public long images() {
        int batch = plan.regime().batch();
        return (long) training.size() / batch * batch;
    }

    /** Epochs of the plan. */
    public int epochs() {
        return plan.epochs();
    }

    /**
     * Trains on to the end of an epoch.
     *
     * @param last counted from 1
     */
    public TrainingState until(int last, TrainingState from) {
        TrainingState state = from;
        TrainingState start = within(from);
        while (!isOver(state, last)) {
            TorchProgram program = start.tensors().isEmpty() ? fresh : program(start);
            state = stretch(last, state, start, program);
            start = state;
        }
        return state;
    }

    /** Says what was done, and returns the model as it is in {@code state}. */
    public Model end(TrainingState state) {
        notes.ends(fresh, state);
        return outcome(state);
    }

    /** Changes whenever anything changes that the course of training depends on. */
    public long identity() {
        return identity;
    }

    public ValidationMetric metric() {
        return metric;
    }

    /** What the last run had reached in the epoch that {@code state} begins. */
    private TrainingState within(TrainingState state) {
        return kept(WITHIN_EPOCH).filter(state::begins).orElse(state);
    }

    private Optional<TrainingState> kept(String checkpoint) {
        return context.checkpoints()
                .read(checkpoint)
                .flatMap(bytes -> TrainingState.read(bytes, identity));
    }

    private boolean isOver(TrainingState state, int last) {
        int patience = plan.regime().patience();
        return state.epoch() >= last
                || patience > 0 && state.stalled(metric.isFalling()) >= patience;
    }

    /**
     * Trains to the end of an epoch, or until one is given up; keeps what is reached.
     *
     * @param from after the last finished epoch
     * @param start the same, or within the epoch after it
     * @param program at {@code start}
     */
    private TrainingState stretch(
            int last, TrainingState from, TrainingState start, TorchProgram program) {
        TrainingState state = from;
        Begun begun = start.begun();
        try (TorchModule module = TorchModule.load(program.archive())) {
            while (!isOver(state, last)) {
                TrainingState before = state;
                EpochSteps steps =
                        new EpochSteps(
                                course(program, module),
                                before,
                                begun,
                                so -> keepWithin(before.within(tensors(program, module), so)));
                begun = Begun.NOT;
                Optional<Divergence> divergence = steps.run(module);
                TrainingState next =
                        divergence.isPresent()
                                ? state.after(divergence.get())
                                : state.after(tensors(program, module), steps.figures());
                if (divergence.isEmpty() && !next.isFinite()) {
                    divergence = Optional.of(steps.divergence(Double.NaN));
                    next = state.after(divergence.get());
                }
                if (divergence.isPresent()) {
                    refuse(next.divergences());
                    context.checkpoints().write(CHECKPOINT, next.toBytes(identity));
                    return next;
                }
                state = judged(next);
                notes.plot(state.epoch(), state.last());
                Optional<TrainingState> changed = regularizedAnew(state);
                state = changed.orElse(state);
                context.checkpoints().write(CHECKPOINT, state.toBytes(identity));
                if (changed.isPresent()) {
                    // The program holds the regularizer.
                    return state;
                }
            }
        }
        return state;
    }

    /** The state with another regularizer; empty where it stays. */
    private Optional<TrainingState> regularizedAnew(TrainingState state) {
        Regularizer before = regularizer(state);
        return regularization
                .map(each -> each.after(state.epoch(), snapshot(state, false), before))
                .filter(next -> next != before)
                .map(state::regularized);
    }

    /** What regularizes the steps after {@code state}. */
    public Regularizer regularizer(TrainingState state) {
        return regularization.isEmpty() || state.tensors().isEmpty()
                ? first
                : Regularizer.of(regularization.get().kind(), state.tensors());
    }

    private EpochSteps.Course course(TorchProgram program, TorchModule module) {
        Optional<TeacherAnswers> answers =
                program.teaches()
                        ? Optional.of(
                                shared.get(
                                        part,
                                        () ->
                                                TeacherAnswers.ask(
                                                        module, model, training, part, context)))
                        : Optional.empty();
        StepArguments arguments = new StepArguments(model, objective.truth(), mixtures, answers);
        return new EpochSteps.Course(plan, context, training, arguments, metric.share());
    }

    private static Map<Slot, Tensor> tensors(TorchProgram program, TorchModule module) {
        return program.bySlot(module.run("state", List.of()));
    }

    private void keepWithin(TrainingState state) {
        context.checkpoints().write(WITHIN_EPOCH, state.toBytes(identity));
    }

    private static void refuse(List<Divergence> divergences) {
        if (divergences.size() > MOST_SETBACKS) {
            Divergence last = divergences.get(divergences.size() - 1);
            throw new InvalidOptionException(
                    String.format(
                            Locale.ROOT,
                            "training diverged: the loss was %s in epoch %s, step %s, at learning"
                                    + " rate %.4g, after it had been halved %s times; lower"
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
        return metric.isThere() ? state.judged(metric.of(outcome(state))) : state;
    }

    /**
     * The model as it is in {@code state}, with its statistics as they are.
     *
     * @param averaged whether weights are their averages, where there are any
     */
    public Model snapshot(TrainingState state, boolean averaged) {
        GraphEditor editor = new GraphEditor(model.graph());
        state.initializers(averaged).forEach(editor::setInitializer);
        return model.withGraph(editor.build());
    }

    /** What training returns if it ends in {@code state}. */
    private Model outcome(TrainingState state) {
        if (state.tensors().isEmpty()) {
            return model;
        }
        Model trained = snapshot(state, true);
        AugmentationSettings augmentation = plan.regime().augmentation();
        // Statistics of single examples would not be those of the mixtures that training saw.
        return plan.regime().averaging() > 0 && !augmentation.mixing().isOn()
                ? RunningStatistics.of(trained, (where, reason) -> {})
                        .measure(context, STATISTICS_SAMPLES, augmentation.toAugmentation())
                : trained;
    }

    private TorchProgram program(TrainingState start) {
        return TorchProgram.training(
                model,
                context.inputShapes().withBatch(part),
                parts,
                regularization.isEmpty()
                        ? objective
                        : new Regularized(objective, regularizer(start)),
                plan.regime(),
                start.tensors(),
                room());
    }

    /** Floats of teachers' answers for one example that may be kept. */
    private long room() {
        return plan.regime().augmentation().isNone() && training.isRepeatable()
                ? TeacherAnswers.room(training.size())
                : 0;
    }

    private long identity(String shared) {
        CRC32 crc = new CRC32();
        crc.update(fresh.archive());
        String regularized = regularization.map(Object::toString).orElse("");
        return crc.getValue() << 32
                ^ (plan + " " + context.seed() + " " + training.size() + shared + regularized)
                        .hashCode();
    }
}
