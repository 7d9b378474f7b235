package dev.espalier.train.internal.joint;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import java.util.List;

/**
 * What trainings that go side by side do to each other's weights between two epochs; see {@link
 * JointTrainer}. A pure function of what it is given, whose {@code toString} names all that it
 * depends on beside, since a resumed training has to take the same course.
 */
@FunctionalInterface
public interface Exchange {
    /**
     * The networks as they go on: the same with other weights or running statistics, in the same
     * order.
     *
     * @param epoch that was just finished, counted from 1
     * @param networks as that epoch left them, all of one topology
     */
    List<Model> after(int epoch, List<Model> networks);

    /**
     * Tells what it will leave alone, or do in another way than asked for, and why. Called once,
     * before training.
     *
     * @param network one of those that are trained
     */
    default void explain(Model network, PassContext context) {}
}
