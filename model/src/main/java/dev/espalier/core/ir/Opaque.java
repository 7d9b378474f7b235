package dev.espalier.core.ir;

import java.util.Arrays;

/**
 * What a file says beyond what the model represents (documentation, unknown fields, features newer
 * than this schema), as bytes in the file's own format. It travels with its owner unread and is
 * written back; only {@code core.onnx} looks inside.
 */
public final class Opaque {
    public static final Opaque NONE = new Opaque(new byte[0]);

    private final byte[] bytes;

    private Opaque(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Wraps a copy of {@code bytes}. */
    public static Opaque of(byte[] bytes) {
        return bytes.length == 0 ? NONE : new Opaque(bytes.clone());
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** In bytes. */
    public int size() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Opaque opaque && Arrays.equals(bytes, opaque.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return isEmpty() ? "" : bytes.length + " opaque bytes";
    }
}
