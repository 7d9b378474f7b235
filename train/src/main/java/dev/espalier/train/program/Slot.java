package dev.espalier.train.program;

/**
 * The place of a tensor that changes while a program trains.
 *
 * @param name of the initializer, or of the loss's own weight, that it is or belongs to
 */
public record Slot(Kind kind, String name) {
    /** What becomes of the tensor. */
    public enum Kind {
        /** An initializer that gradients change. */
        WEIGHT,
        /** An initializer that the forward computation changes. */
        STATISTIC,
        /** A weight of the loss, thrown away afterwards. */
        COMPANION,
        /** The optimizer's memory of the gradients of a weight or companion. */
        MOMENTUM,
        /** The optimizer's memory of their squares. */
        SQUARE,
        /** The average of a weight over the steps. */
        AVERAGE,
        /** A number of steps. */
        COUNT,
        /** What a {@link Regularizer} draws a weight by; steps read it. */
        STRENGTH,
        /** What decides on strengths; steps keep it. */
        MEMORY
    }

    /** Whether the tensor is part of the model. */
    public boolean isInitializer() {
        return kind == Kind.WEIGHT || kind == Kind.STATISTIC;
    }
}
