package dev.espalier.core;

/**
 * Root of everything Espalier throws on purpose. The message says in one or two sentences what was
 * found, what was expected, where, and what to do; it is shown to the user as it is.
 */
public abstract class CompressionException extends RuntimeException {
    protected CompressionException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * The same kind of exception, since the kind decides who has to act, with {@code place} before
     * the message.
     */
    public abstract CompressionException at(String place);
}
