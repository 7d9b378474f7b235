package dev.espalier.core.pass;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.Map;
import java.util.Optional;

/** Where a failed proof leaves what somebody needs to repeat it without the recipe and its data. */
public interface Reproducer {
    /**
     * Keeps two models and the inputs on which they differ.
     *
     * @param models by a short name, such as {@code before} and {@code after}
     * @param inputs by the name of the model input they feed
     * @return where they are, as the message to the user should say it; empty where nothing is kept
     * @throws dev.espalier.core.OutputException where they cannot be written
     */
    Optional<String> leave(Map<String, Model> models, Map<String, Tensor> inputs);

    /** Keeps nothing. */
    Reproducer NONE = (models, inputs) -> Optional.empty();
}
