package dev.espalier.core.profile;

import java.util.Locale;

/** What layers are computed in. */
public enum Precision {
    /** Floats of 32 bits. */
    FLOAT,
    /** Weights and activations in bytes, as {@code quantize} writes them. */
    INT8;

    /** As people and recipes write it: {@code float}, {@code int8}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
