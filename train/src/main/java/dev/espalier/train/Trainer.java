package dev.espalier.train;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Slot;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.torch.TorchModule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * Trains a model on the recipe's training split and returns it with other weights: names, order and
 * shapes of everything are kept. The weights after the last epoch are the result, never those of
 * the best one, which would be chosen on the data that judges them.
 *
 * <p>Training on one machine is a function of model, data, plan, objective and seed, but for the
 * order in which threads add up floats. A checkpoint after each epoch lets it go on to the same
 * result after a kill.
 */
public final class Trainer {
    private static final String CHECKPOINT = "training";

    private final TrainingPlan plan;
    private final Objective objective;
    private final PassContext context;

    public Trainer(TrainingPlan plan, Objective objective, PassContext context) {
        this.plan = plan;
        this.objective = objective;
        this.context = context;
    }

    /**
     * Trains the float weights that the first output of {@code model} depends on.
     *
     * @throws UnsupportedModelException where an operator on the way has no TorchScript form, or
     *     the first output is not a table of class scores
     * @throws DataException where the data does not fit the model
     * @throws InvalidOptionException where the loss stops being a number
     */
    public Model train(Model model) {
        return RestoreBatchNorm.fold(fit(withBatchNorm(model)), model);
    }

    /** Like {@link #train}, but from fresh random weights instead of those of {@code model}. */
    public Model trainFromScratch(Model model) {
        Model start = Initialization.apply(withBatchNorm(model), context.seed());
        return RestoreBatchNorm.fold(fit(start), model);
    }

    private Model withBatchNorm(Model model) {
        return plan.regime().program().restoreBatchNorm()
                ? RestoreBatchNorm.restore(
                        model, context.data().calibration(), context.runner(), context::skipped)
                : model;
    }

    private Model fit(Model model) {
        Dataset training = context.data().training();
        int batch = Math.min(plan.regime().batch(), training.size());
        TrainingData.requireFitting(model, context.inputShapes(), training, batch);
        TorchProgram program = program(model, batch, Map.of());
        long identity = identity(program);
        TrainingState state =
                context.checkpoints()
                        .read(CHECKPOINT)
                        .flatMap(bytes -> TrainingState.read(bytes, identity))
                        .orElse(TrainingState.START);
        noteFrozen(model, program);
        if (state.epoch() > 0) {
            context.note("went on after epoch " + state.epoch());
            program = program(model, batch, state.tensors());
        }
        Model trained = withWeights(model, state.initializers());
        plot(state.history(), 0);
        try (TorchModule module = TorchModule.load(program.archive())) {
            for (int epoch = state.epoch(); epoch < plan.epochs(); epoch++) {
                double loss = epoch(module, model, training, batch, epoch);
                Map<Slot, Tensor> tensors = program.bySlot(module.run("state", List.of()));
                state = new TrainingState(epoch + 1, tensors, state.history());
                trained = withWeights(model, state.initializers());
                state = state.seen(new TrainingState.Epoch(loss, accuracy(trained)));
                plot(state.history(), epoch);
                context.checkpoints().write(CHECKPOINT, state.toBytes(identity));
            }
        }
        noteResult(state, program);
        return trained;
    }

    private double accuracy(Model model) {
        Dataset validation = context.data().validation();
        return validation.size() == 0
                ? Double.NaN
                : TrainingData.accuracy(model, context.runner(), validation);
    }

    private void plot(List<TrainingState.Epoch> history, int from) {
        for (int i = from; i < history.size(); i++) {
            context.plot("training loss", i + 1, history.get(i).loss());
            if (Double.isFinite(history.get(i).accuracy())) {
                context.plot("validation top-1", i + 1, history.get(i).accuracy());
            }
        }
    }

    private TorchProgram program(Model model, int batch, Map<Slot, Tensor> start) {
        return TorchProgram.training(
                model,
                context.inputShapes().withBatch(batch),
                objective,
                plan.regime().optimizer(),
                plan.regime().program().precision().isReduced(),
                start);
    }

    /** Changes whenever anything changes that the course of training depends on. */
    private long identity(TorchProgram program) {
        CRC32 crc = new CRC32();
        crc.update(program.archive());
        return crc.getValue() << 32
                ^ (plan + " " + context.seed() + " " + context.data().training().size()).hashCode();
    }

    /** The mean loss of the epoch's steps. */
    private double epoch(TorchModule module, Model model, Dataset training, int batch, int epoch) {
        Batching batching =
                Batching.training(
                        batch, plan.regime().augmentation().toAugmentation(), context.seed());
        String name = "epoch " + (epoch + 1) + " of " + plan.epochs();
        try (BatchStream batches = BatchStream.open(training, batching, epoch);
                Progress.Task task =
                        context.progress()
                                .begin(name, (long) batches.batches() * batch, "images")) {
            double loss = 0;
            double correct = 0;
            for (int i = 0; batches.hasNext(); i++) {
                context.checkCancelled();
                Batch examples = batches.next();
                double rate = plan.rate((long) epoch * batches.batches() + i, batches.batches());
                float[] result =
                        module.run("step", TrainingData.arguments(model, examples, rate))
                                .get(0)
                                .toFloats();
                batches.recycle(examples);
                if (!Float.isFinite(result[0])) {
                    throw new InvalidOptionException(
                            String.format(
                                    Locale.ROOT,
                                    "training diverged: the loss was %s in epoch %d, step %d, at"
                                            + " learning rate %.4g; lower learning-rate or lengthen"
                                            + " the warm-up",
                                    result[0],
                                    epoch + 1,
                                    i + 1,
                                    rate));
                }
                loss += result[0];
                correct += result[1];
                task.advance(batch);
                task.show(
                        String.format(
                                Locale.ROOT,
                                "loss %.4f, top-1 %.2f %%",
                                loss / (i + 1),
                                100 * correct / ((i + 1.0) * batch)));
            }
            return loss / batches.batches();
        }
    }

    private void noteFrozen(Model model, TorchProgram program) {
        Set<String> moving =
                program.state().stream()
                        .filter(Slot::isInitializer)
                        .map(Slot::name)
                        .collect(Collectors.toSet());
        List<String> frozen =
                model.graph().initializers().values().stream()
                        .filter(held -> held.tensor().dataType().isFloating())
                        .filter(held -> held.tensor().elementCount() > 1)
                        .map(Initializer::name)
                        .filter(name -> !moving.contains(name))
                        .toList();
        frozen.forEach(
                name ->
                        context.skipped(
                                name, "not trained: no gradient of the first output reaches it"));
    }

    private void noteResult(TrainingState state, TorchProgram program) {
        context.note(
                "trained %d weights for %d epochs, activations in %s"
                        .formatted(
                                program.state().stream()
                                        .filter(slot -> slot.kind() == Slot.Kind.WEIGHT)
                                        .count(),
                                plan.epochs(),
                                plan.regime().program().precision().isReduced()
                                        ? "bfloat16"
                                        : "float32"));
        if (context.data().validation().size() > 0 && !state.history().isEmpty()) {
            context.note(
                    "top-1 on the validation split after each epoch: "
                            + state.history().stream()
                                    .map(
                                            e ->
                                                    String.format(
                                                            Locale.ROOT,
                                                            "%.2f",
                                                            100 * e.accuracy()))
                                    .collect(Collectors.joining(", "))
                            + " %");
        }
    }

    private static Model withWeights(Model model, Map<String, Tensor> values) {
        if (values.isEmpty()) {
            return model;
        }
        GraphEditor editor = new GraphEditor(model.graph());
        values.forEach(editor::setInitializer);
        return model.withGraph(editor.build());
    }
}
