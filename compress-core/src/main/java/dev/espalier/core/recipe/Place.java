package dev.espalier.core.recipe;

import dev.espalier.core.InvalidOptionException;

/**
 * Where something stands in a recipe.
 *
 * @param source file name, or the option of the command line that gave it
 * @param line from 1; 0 where the source has no lines
 * @param column from 1
 */
record Place(String source, int line, int column) {
    static Place of(String source) {
        return new Place(source, 0, 0);
    }

    /** A value that is not there. */
    Tree nothing() {
        return new Tree.Scalar(this, "", false);
    }

    InvalidOptionException error(String message) {
        return new InvalidOptionException(this + ": " + message);
    }

    InvalidOptionException error(String message, Throwable cause) {
        return new InvalidOptionException(this + ": " + message, cause);
    }

    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }
}
