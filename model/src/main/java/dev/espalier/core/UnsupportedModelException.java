package dev.espalier.core;

/** A valid model asks for something Espalier cannot do; the message names node and operator. */
public final class UnsupportedModelException extends CompressionException {
    public UnsupportedModelException(String message) {
        this(message, null);
    }

    public UnsupportedModelException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public UnsupportedModelException at(String place) {
        return new UnsupportedModelException(place + ": " + getMessage(), this);
    }
}
