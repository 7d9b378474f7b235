package dev.espalier.core;

/** A dataset cannot be read or does not fit the model; the message names file and record. */
public final class DataException extends CompressionException {
    public DataException(String message) {
        this(message, null);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public DataException at(String place) {
        return new DataException(place + ": " + getMessage(), this);
    }
}
