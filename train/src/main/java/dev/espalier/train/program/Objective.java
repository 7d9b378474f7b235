package dev.espalier.train.program;

import dev.espalier.core.ir.Model;
import java.util.List;

/**
 * What training minimises, written into the program as TorchScript. Techniques that train bring
 * their own.
 */
public interface Objective {
    /**
     * Networks that run beside the trained one on the same inputs, in evaluation mode and without
     * gradient; none by default.
     */
    default List<Model> teachers() {
        return List.of();
    }

    /** Whether the loss reads labels: without them it may be trained on unlabelled data. */
    default boolean needsLabels() {
        return true;
    }

    /**
     * Writes the loss of one batch.
     *
     * @return the expression of a scalar, averaged over the batch
     * @throws dev.espalier.core.UnsupportedModelException where the loss does not fit the network
     *     or a teacher
     */
    String write(LossWriter writer);
}
