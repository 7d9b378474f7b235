package dev.espalier.train.program;

/** A summand of what training minimises, written into the program as TorchScript. */
public interface LossTerm {
    /** What it reads of the examples besides their inputs; nothing by default. */
    default Truth truth() {
        return Truth.NONE;
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
