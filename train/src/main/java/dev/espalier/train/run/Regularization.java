package dev.espalier.train.run;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Progress;
import dev.espalier.train.program.Regularizer;

/**
 * How weights are regularized in the course of a training: a {@link Regularizer} for the steps of
 * each epoch. A pure function of what it is given, whose {@code toString} names all that it depends
 * on beside, since a resumed training has to take the same course; what it has to remember goes
 * into the regularizer's memory.
 */
public interface Regularization {
    /** The kind of all its regularizers. */
    Regularizer.Kind kind();

    /**
     * The regularizer of the first epoch.
     *
     * @param progress where it shows how far it is, if that takes long
     */
    Regularizer first(Model network, Progress progress);

    /**
     * The regularizer of the next epoch, with strengths and memory of the same names; {@code
     * before} itself where nothing changes.
     *
     * @param epoch that was just finished, counted from 1
     * @param network as that epoch left it
     * @param before the regularizer of that epoch
     */
    default Regularizer after(int epoch, Model network, Regularizer before) {
        return before;
    }
}
