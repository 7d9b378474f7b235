package dev.espalier.linalg;

import dev.espalier.core.CompressionException;

/** A matrix from which nothing can be solved: singular, or so nearly that rounding decides. */
public final class SingularMatrixException extends CompressionException {
    SingularMatrixException(String message) {
        this(message, null);
    }

    private SingularMatrixException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public SingularMatrixException at(String place) {
        return new SingularMatrixException(place + ": " + getMessage(), this);
    }
}
