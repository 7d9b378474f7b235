package dev.espalier.core;

/** A result cannot be written: no space, no permission, or the path is taken. */
public final class OutputException extends CompressionException {
    public OutputException(String message) {
        this(message, null);
    }

    public OutputException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public OutputException at(String place) {
        return new OutputException(place + ": " + getMessage(), this);
    }
}
