package dev.espalier.core;

/** The user asked to stop; what was finished is on disk and can be resumed. */
public final class CancelledException extends CompressionException {
    public CancelledException(String message) {
        this(message, null);
    }

    public CancelledException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Itself: it does not matter where the work was. */
    @Override
    public CancelledException at(String place) {
        return this;
    }
}
