package dev.espalier.train.internal.torch;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes the part of Python's pickle format, protocol 2, that a TorchScript archive needs. Each
 * method pushes one value on the unpickler's stack or combines what lies on it.
 */
final class Pickle {
    private static final int NEW_TRUE = 0x88;
    private static final int NEW_FALSE = 0x89;
    private static final int NEW_OBJECT = 0x81;
    private static final int LONG_1 = 0x8a;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Pickle() {
        bytes.write(0x80);
        bytes.write(2);
    }

    /** A class or function, as {@code from module import name} would find it. */
    Pickle global(String module, String name) {
        bytes.write('c');
        bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    Pickle text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        bytes.write('X');
        int32(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    Pickle bool(boolean value) {
        bytes.write(value ? NEW_TRUE : NEW_FALSE);
        return this;
    }

    Pickle integer(long value) {
        if (value == (int) value) {
            bytes.write('J');
            int32((int) value);
        } else {
            bytes.write(LONG_1);
            bytes.write(8);
            int32((int) value);
            int32((int) (value >> 32));
        }
        return this;
    }

    Pickle integers(long... values) {
        mark();
        for (long value : values) {
            integer(value);
        }
        return tuple();
    }

    Pickle mark() {
        bytes.write('(');
        return this;
    }

    /** Everything since the last {@link #mark} as one tuple. */
    Pickle tuple() {
        bytes.write('t');
        return this;
    }

    Pickle emptyTuple() {
        bytes.write(')');
        return this;
    }

    Pickle emptyDict() {
        bytes.write('}');
        return this;
    }

    /** Adds the keys and values since the last {@link #mark} to the dict below them. */
    Pickle setItems() {
        bytes.write('u');
        return this;
    }

    /** Replaces the tuple on top by the object that it identifies outside the pickle. */
    Pickle persistentId() {
        bytes.write('Q');
        return this;
    }

    /** Replaces a function and its argument tuple by the result. */
    Pickle reduce() {
        bytes.write('R');
        return this;
    }

    /** Replaces a class and its argument tuple by a bare instance. */
    Pickle newObject() {
        bytes.write(NEW_OBJECT);
        return this;
    }

    /** Gives the state on top to the object below it. */
    Pickle build() {
        bytes.write('b');
        return this;
    }

    byte[] stop() {
        bytes.write('.');
        return bytes.toByteArray();
    }

    private void int32(int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            bytes.write(value >>> shift);
        }
    }
}
