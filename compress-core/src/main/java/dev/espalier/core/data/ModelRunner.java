package dev.espalier.core.data;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.List;
import java.util.Map;

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
}
