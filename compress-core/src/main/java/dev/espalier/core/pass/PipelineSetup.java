package dev.espalier.core.pass;

import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * The world that a {@link Pipeline} runs in.
 *
 * @param seed of the recipe
 * @param inputShapes sizes for what the model's inputs leave open
 * @param runners on which the pass at a place, counted from 0, measures and proves
 * @param host the machine
 * @param data of the recipe, where it names any
 * @param models reads the further models that passes name
 * @param judge what is to be recorded of a model between two passes
 * @param progress where long work shows how far it is
 * @param reproducer where a failed proof leaves what it failed on
 * @param workers further processes that may take part in the pass at a place, counted from 0
 * @param cancelled whether the user asked to stop
 * @param listener told of every pass
 */
public record PipelineSetup(
        long seed,
        InputShapes inputShapes,
        IntFunction<ModelRunner> runners,
        Host host,
        Optional<DataSplits> data,
        Function<String, Model> models,
        Judge judge,
        Progress progress,
        Reproducer reproducer,
        IntFunction<Workers> workers,
        BooleanSupplier cancelled,
        Listener listener) {
    /** Says what is to be recorded of a model between two passes. */
    @FunctionalInterface
    public interface Judge {
        /**
         * @param passes how many the model is the result of
         */
        ModelFigures judge(Model model, int passes);
    }

    /** Told of every pass as it begins and ends. */
    public interface Listener {
        /**
         * @param position from 0
         */
        void begins(int position, int count, String id);

        /**
         * @param resumed whether an earlier run had finished it
         */
        void ended(int position, int count, PassRun run, boolean resumed);

        /** Does nothing. */
        Listener NONE =
                new Listener() {
                    @Override
                    public void begins(int position, int count, String id) {}

                    @Override
                    public void ended(int position, int count, PassRun run, boolean resumed) {}
                };
    }

    /**
     * The world of a program that runs passes without a recipe's files. What is recorded of a model
     * between two passes are its weights' bytes, its parameters and its operations.
     *
     * @param context whose seed every pass derives its own from; it is not told what passes tell,
     *     which is in their {@link PassRun}
     */
    public static PipelineSetup of(PassContext context) {
        return new PipelineSetup(
                context.seed(),
                context.inputShapes(),
                position -> context.runner(),
                context.host(),
                context.hasData() ? Optional.of(context.data()) : Optional.empty(),
                context::model,
                (model, passes) -> structure(model, context.inputShapes()),
                context.progress(),
                context.reproducer(),
                position -> Workers.NONE,
                () -> {
                    context.checkCancelled();
                    return false;
                },
                Listener.NONE);
    }

    private static ModelFigures structure(Model model, InputShapes shapes) {
        Cost cost = Cost.of(model, shapes.withBatch(1));
        return ModelFigures.of(cost.bytes(), cost.parameters(), cost.macs());
    }

    public PipelineSetup {
        Objects.requireNonNull(inputShapes);
        Objects.requireNonNull(runners);
        Objects.requireNonNull(data);
    }
}
