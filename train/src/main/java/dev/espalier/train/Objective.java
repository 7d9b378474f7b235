package dev.espalier.train;

import dev.espalier.core.ir.Model;
import java.util.List;

/**
 * What training minimises, written into the program as TorchScript. Techniques that train bring
 * their own.
 */
public interface Objective {
    /**
     * Networks that run beside the trained one on the same inputs, in evaluation mode and without
     * gradient; none by default. Their first output is read.
     */
    default List<Model> teachers() {
        return List.of();
    }

    /**
     * The expression of the loss, a scalar, averaged over the batch.
     *
     * @param logits variable with the network's first output, float32 [N, K]
     * @param labels variable with the class of each example, int64 [N]
     * @param teachers variables with the teachers' first outputs, float32 [N, K]
     */
    String torch(String logits, String labels, List<String> teachers);
}
