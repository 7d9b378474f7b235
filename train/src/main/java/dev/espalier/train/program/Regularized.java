package dev.espalier.train.program;

import dev.espalier.core.ir.Model;
import java.util.List;

/**
 * A loss with a regularizer.
 *
 * @param loss without one
 */
public record Regularized(Objective loss, Regularizer regularizer) implements Objective {
    @Override
    public List<Model> teachers() {
        return loss.teachers();
    }

    @Override
    public Truth truth() {
        return loss.truth();
    }

    @Override
    public String write(LossWriter writer) {
        return loss.write(writer);
    }
}
