package dev.espalier.core;

/**
 * A pass claimed equality and the outputs differ; the message names the node and the reproducer.
 */
public final class VerificationException extends CompressionException {
    public VerificationException(String message) {
        this(message, null);
    }

    public VerificationException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public VerificationException at(String place) {
        return new VerificationException(place + ": " + getMessage(), this);
    }
}
