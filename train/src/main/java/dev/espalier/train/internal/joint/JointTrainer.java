package dev.espalier.train.internal.joint;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Seeds;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Workers;
import dev.espalier.train.Initialization;
import dev.espalier.train.RecalibrateBatchNorm;
import dev.espalier.train.RestoreBatchNorm;
import dev.espalier.train.Trainer;
import dev.espalier.train.internal.run.SharedAnswers;
import dev.espalier.train.internal.run.TrainingRun;
import dev.espalier.train.internal.run.TrainingState;
import dev.espalier.train.internal.run.ValidationMetric;
import dev.espalier.train.program.Objective;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Trains several networks of one topology side by side and returns one of them. They take turns,
 * epoch by epoch, or are trained at once by several processes, each with a seed, a data order and a
 * plan of its own; between two epochs an {@link Exchange} may change their weights by those of the
 * others. Optimizers remember what they did before.
 *
 * <pre>
 *   epoch 1 of each, exchange, epoch 2 of each, exchange, .., last epoch of each, choice
 * </pre>
 *
 * <p>The network that is returned is the best one after the last epoch, judged on the validation
 * split; the first one where there is none. Where weights were exchanged its batch-norm statistics
 * are measured anew. One network without an exchange is trained as {@link Trainer} would.
 *
 * <p>There is a checkpoint of all when each has finished an epoch, beside those that each training
 * makes, so that a killed training takes the same course. A network whose training diverges or
 * fails goes on from its last good state, a few times at most; the report says so.
 */
public final class JointTrainer {
    static final String CHECKPOINT = "joint-training";

    /** The network that all begin as, for processes that would have to measure it again. */
    private static final String NETWORK = "joint-training-network";

    private final List<TrainingPlan> plans;
    private final Objective objective;
    private final Exchange exchange;
    private final PassContext context;
    private final int workers;

    /**
     * @param plans one for each network, with equal numbers of epochs and no patience
     * @throws InvalidOptionException where the plans do not fit each other
     */
    public JointTrainer(
            List<TrainingPlan> plans, Objective objective, Exchange exchange, PassContext context) {
        this(plans, objective, exchange, context, 1);
    }

    private JointTrainer(
            List<TrainingPlan> plans,
            Objective objective,
            Exchange exchange,
            PassContext context,
            int workers) {
        this.workers = workers;
        this.plans = List.copyOf(plans);
        this.objective = objective;
        this.exchange = exchange;
        this.context = context;
        if (plans.isEmpty()) {
            throw new IllegalArgumentException("no plans: one is needed for each network");
        }
        for (TrainingPlan plan : plans) {
            if (plan.epochs() != plans.get(0).epochs()) {
                throw new InvalidOptionException(
                        "networks that are trained side by side take equal numbers of epochs, found %s and %s"
                                .formatted(plans.get(0).epochs(), plan.epochs()));
            }
            if (plan.regime().patience() > 0) {
                throw new InvalidOptionException(
                        "networks that are trained side by side end together, and patience would end one before the others: set patience to 0, found %s"
                                .formatted(plan.regime().patience()));
            }
        }
    }

    /**
     * This trainer with networks trained at once by processes of their own, which {@link
     * PassContext#workers} starts and which die, where they must, without harm: a network goes on
     * from its last snapshot. Each process has its part of the threads, so that the result is that
     * of one process with as many.
     *
     * @param count of processes, 1 for this one alone
     */
    public JointTrainer across(int count) {
        if (count < 1 || count > plans.size()) {
            throw new InvalidOptionException(
                    "%s networks are trained by 1 to %1$s processes, found workers: %s"
                            .formatted(plans.size(), count));
        }
        return new JointTrainer(plans, objective, exchange, context, count);
    }

    /**
     * Trains as many copies of {@code model} as there are plans.
     *
     * @throws dev.espalier.core.UnsupportedModelException as {@link Trainer#train} does
     * @throws dev.espalier.core.DataException as {@link Trainer#train} does
     * @throws InvalidOptionException where one of the trainings diverges again and again
     */
    public Model train(Model model) {
        Model start = withBatchNorm(model);
        return RestoreBatchNorm.fold(fit(plans.stream().map(plan -> start).toList()), model);
    }

    /** Like {@link #train}, but each network from fresh random weights of its own. */
    public Model trainFromScratch(Model model) {
        Model network = withBatchNorm(model);
        List<Model> starts = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            starts.add(Initialization.apply(network, member(i).seed()));
        }
        return RestoreBatchNorm.fold(fit(starts), model);
    }

    private Model withBatchNorm(Model model) {
        Optional<Model> told =
                context.workers()
                        .leader()
                        .flatMap(leader -> context.checkpoints().read(NETWORK))
                        .map(OnnxReader::read);
        if (told.isPresent()) {
            return told.get();
        }
        Model network = new Trainer(plans.get(0), objective, context).withBatchNorm(model);
        if (workers > 1) {
            context.checkpoints().write(NETWORK, OnnxWriter.toBytes(network));
        }
        return network;
    }

    /** The first network has the seed of the pass and tells what all leave alone. */
    private PassContext member(int i) {
        if (plans.size() == 1) {
            return context;
        }
        PassContext part = context.part("network " + (i + 1));
        PassContext member =
                i == 0
                        ? part
                        : part.withSeed(Seeds.mix(context.seed(), i))
                                .withLog(part.log().withoutSkips());
        return context.workers()
                .leader()
                .map(leader -> member.withProgress(WorkerLoop.progress(i, leader)))
                .orElse(member);
    }

    private Model fit(List<Model> starts) {
        TrainingRun.Shared shared =
                new TrainingRun.Shared(
                        " one of " + plans.size() + " " + exchange, new SharedAnswers());
        List<TrainingRun> runs = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            runs.add(
                    new TrainingRun(
                            plans.get(i),
                            objective,
                            member(i),
                            starts.get(i),
                            Optional.empty(),
                            shared));
        }
        Optional<Workers.Line> leader = context.workers().leader();
        if (leader.isPresent()) {
            new WorkerLoop(runs, context.checkpoints(), leader.get()).serve();
            // What counts is returned by the process that leads.
            return starts.get(0);
        }
        exchange.explain(starts.get(0), context);
        JointState end;
        try (EpochRunner runner =
                workers == 1
                        ? new SequentialEpochs(runs, context)
                        : new ParallelEpochs(runs, context, workers)) {
            end = fit(runs, runner);
        }
        return best(runs, end);
    }

    private JointState fit(List<TrainingRun> runs, EpochRunner runner) {
        JointState state =
                context.checkpoints()
                        .read(CHECKPOINT)
                        .flatMap(bytes -> JointState.read(bytes, runs))
                        .orElse(JointState.start(runs.size()));
        List<TrainingState> members = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            members.add(runs.get(i).resume(state.members().get(i)));
        }
        int epochs = plans.get(0).epochs();
        for (int epoch = state.epoch() + 1; epoch <= epochs; epoch++) {
            state = state.after(runner.train(epoch, members));
            if (epoch < epochs) {
                state = state.exchanged(exchange, runs);
                members = state.members();
            }
            context.checkpoints().write(CHECKPOINT, state.toBytes(runs));
        }
        return state;
    }

    private Model best(List<TrainingRun> runs, JointState state) {
        List<Model> outcomes = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            outcomes.add(runs.get(i).end(state.members().get(i)));
        }
        Model best = outcomes.get(choose(runs.get(0).metric(), state));
        Regime regime = plans.get(0).regime();
        // Where weights are averaged, each outcome has measured statistics.
        return state.mixed() && regime.averaging() == 0 && !regime.augmentation().mixing().isOn()
                ? new RecalibrateBatchNorm(TrainingRun.STATISTICS_SAMPLES, regime.augmentation())
                        .apply(best, context)
                : best;
    }

    /** The place of the network that is returned; says why it is that one. */
    private int choose(ValidationMetric metric, JointState state) {
        if (plans.size() == 1 || state.epoch() == 0) {
            return 0;
        }
        if (!metric.isThere()) {
            context.note(
                    "returned network 1 of %s: there is no validation split to choose on"
                            .formatted(plans.size()));
            return 0;
        }
        List<Double> figures = new ArrayList<>();
        state.members().forEach(member -> figures.add(member.last().validation()));
        int best = 0;
        for (int i = 1; i < figures.size(); i++) {
            double gain = figures.get(i) - figures.get(best);
            best = (metric.isFalling() ? -gain : gain) > 0 ? i : best;
        }
        context.note(
                "returned network %s of %s, the best on the validation split after the last epoch: %s %s"
                        .formatted(best + 1, plans.size(), metric.words(), metric.show(figures)));
        return best;
    }
}
