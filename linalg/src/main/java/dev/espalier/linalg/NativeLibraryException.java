package dev.espalier.linalg;

import dev.espalier.core.CompressionException;

/** The native library for linear algebra cannot be used on this machine. */
public final class NativeLibraryException extends CompressionException {
    NativeLibraryException(String message) {
        this(message, null);
    }

    private NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public NativeLibraryException at(String place) {
        return new NativeLibraryException(place + ": " + getMessage(), this);
    }
}
