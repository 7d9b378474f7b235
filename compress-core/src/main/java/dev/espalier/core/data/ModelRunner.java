package dev.espalier.core.data;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Runs models: the port through which passes measure and prove, so that they do not know the
 * runtime behind it.
 */
public interface ModelRunner {
    /** A loaded model. Thread-safe; must be closed. */
    interface Session extends AutoCloseable {
        /**
         * Runs once.
         *
         * @param inputs by input name, all that {@code Graph.feeds()} lists
         * @return the values asked for in {@link ModelRunner#open}, in that order
         */
        Map<String, Tensor> run(Map<String, Tensor> inputs);

        /**
         * Runs once and shows what {@link #run(Map)} would return, without leaving garbage where
         * that can be helped.
         *
         * @param look is given each value by its name; it must not keep the tensor, whose memory
         *     the next run may write to
         */
        default void run(Map<String, Tensor> inputs, BiConsumer<String, Tensor> look) {
            run(inputs).forEach(look);
        }

        @Override
        void close();
    }

    /**
     * Loads {@code model} so that runs return {@code values}: graph outputs or any intermediate
     * value.
     *
     * @throws dev.espalier.core.UnsupportedModelException where the runtime refuses the model
     */
    Session open(Model model, List<String> values);

    /** Loads {@code model} so that runs return its graph outputs. */
    default Session open(Model model) {
        return open(
                model,
                model.graph().outputs().stream().map(dev.espalier.core.ir.Value::name).toList());
    }

    /**
     * This runner, but with sessions that use {@code threads} threads for one run; itself where it
     * has no say in that. For work that runs a session on several threads at once.
     */
    default ModelRunner withThreads(int threads) {
        return this;
    }

    /**
     * This runner, but with sessions that run graphs as they are written, without the runtime's
     * optimizations; itself where it has no say in that. For telling what optimizations alone make
     * of a result.
     */
    default ModelRunner withoutOptimizations() {
        return this;
    }
}
