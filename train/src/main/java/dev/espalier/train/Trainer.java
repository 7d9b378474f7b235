package dev.espalier.train;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.train.internal.run.TrainingRun;
import dev.espalier.train.internal.run.TrainingState;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Regularizer;
import dev.espalier.train.run.Regularization;
import dev.espalier.train.run.TrainingPlan;
import java.util.Optional;

/**
 * Trains a model on the recipe's training split and returns it with other weights: names, order and
 * shapes of everything are kept. The weights after the last epoch are the result, or their running
 * average where the regime asks for one; never those of the best epoch, which would be chosen on
 * the data that judges them.
 *
 * <p>Training on one machine is a function of model, data, plan, objective and seed, but for the
 * order in which threads add up floats. A checkpoint after each epoch lets it go on to the same
 * result after a kill.
 */
public final class Trainer {
    private final TrainingPlan plan;
    private final Objective objective;
    private final PassContext context;

    public Trainer(TrainingPlan plan, Objective objective, PassContext context) {
        this.plan = plan;
        this.objective = objective;
        this.context = context;
    }

    /**
     * One of several trainings of a pass, one after another; each has checkpoints of its own.
     *
     * @param stage names it in notes and progress
     */
    public Trainer(String stage, TrainingPlan plan, Objective objective, PassContext context) {
        this(plan, objective, context.part(stage));
    }

    /**
     * Trains the float weights of {@code model} that the loss depends on.
     *
     * @throws UnsupportedModelException where an operator on the way has no TorchScript form, or
     *     its first output does not fit what the loss reads of the examples
     * @throws DataException where the data does not fit the model
     * @throws InvalidOptionException where training diverges again and again
     */
    public Model train(Model model) {
        return RestoreBatchNorm.fold(fit(withBatchNorm(model)), model);
    }

    /** Like {@link #train}, but from fresh random weights instead of those of {@code model}. */
    public Model trainFromScratch(Model model) {
        Model start = Initialization.apply(withBatchNorm(model), context.seed());
        return RestoreBatchNorm.fold(fit(start), model);
    }

    /**
     * Like {@link #train}, with weights regularized on the way.
     *
     * @param regularization sees the network with batch normalization put back, where that is
     * @throws UnsupportedModelException also where a weight that it draws is not trained
     */
    public Outcome train(Model model, Regularization regularization) {
        TrainingRun run =
                new TrainingRun(
                        plan,
                        objective,
                        context,
                        withBatchNorm(model),
                        Optional.of(regularization),
                        TrainingRun.Shared.none());
        TrainingState end = run.finish();
        return new Outcome(folded(run.end(end), model), run.regularizer(end));
    }

    /**
     * A trained network.
     *
     * @param regularizer of the epoch that would have followed
     */
    public record Outcome(Model model, Regularizer regularizer) {}

    /**
     * The model that is trained in place of {@code model}: with the batch normalization put back
     * that was folded into convolutions, where the regime asks for it. A pass that trains twice
     * keeps it in between, and at last takes it away with {@link #folded}.
     */
    public Model withBatchNorm(Model model) {
        return plan.regime().program().restoreBatchNorm()
                ? RestoreBatchNorm.restore(
                        model, context.data().calibration(), context.runner(), context::skipped)
                : model;
    }

    /** The trained model with what {@link #withBatchNorm} put into {@code original} folded. */
    public static Model folded(Model trained, Model original) {
        return RestoreBatchNorm.fold(trained, original);
    }

    private Model fit(Model model) {
        return new TrainingRun(plan, objective, context, model).run();
    }
}
