package dev.espalier.train.program;

import dev.espalier.core.ir.Model;
import java.util.List;

/** What training minimises. Techniques that train bring their own. */
public interface Objective extends LossTerm {
    /**
     * Networks that run beside the trained one on the same inputs, in evaluation mode and without
     * gradient; none by default.
     */
    default List<Model> teachers() {
        return List.of();
    }

    /** What is done to weights beside; nothing by default. */
    default Regularizer regularizer() {
        return Regularizer.NONE;
    }
}
