package dev.espalier.core;

/**
 * A pass failed for a reason that is nobody's input: a defect of the pass. The message names the
 * pass and those that ran before it.
 */
public final class PassFailedException extends CompressionException {
    public PassFailedException(String message) {
        this(message, null);
    }

    public PassFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public PassFailedException at(String place) {
        return new PassFailedException(place + ": " + getMessage(), this);
    }
}
