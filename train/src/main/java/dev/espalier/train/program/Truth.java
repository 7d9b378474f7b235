package dev.espalier.train.program;

import dev.espalier.core.InvalidOptionException;

/** What examples say of themselves besides their inputs, as far as a loss reads it. */
public enum Truth {
    /** Nothing is read: a teacher says it all. */
    NONE,
    /** A class number each: {@code labels} is int64 [N]. */
    CLASSES,
    /** Numbers that the first output shall give: {@code labels} is float32 [N, ...]. */
    NUMBERS;

    /** What two terms together read. */
    public Truth with(Truth other) {
        if (this == NONE || this == other) {
            return other;
        }
        if (other == NONE) {
            return this;
        }
        throw new InvalidOptionException(
                "one term of the loss reads class labels, another float targets; a dataset has one");
    }
}
