package dev.espalier.core;

/** A recipe, an option or an argument is wrong; the user has to change it. */
public final class InvalidOptionException extends CompressionException {
    public InvalidOptionException(String message) {
        this(message, null);
    }

    public InvalidOptionException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public InvalidOptionException at(String place) {
        return new InvalidOptionException(place + ": " + getMessage(), this);
    }
}
