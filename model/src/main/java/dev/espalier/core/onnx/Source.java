package dev.espalier.core.onnx;

import dev.espalier.core.ModelFormatException;

/**
 * What the decoders share: how messages call the file, and where its external data may lie.
 *
 * @param name of the file for messages
 * @param external data files beside it
 */
record Source(String name, ExternalData external) {
    /** The same, with messages that also name {@code part} of the file. */
    Source within(String part) {
        return new Source(name + ": " + part, external);
    }

    /** The exception for a file that says something impossible; {@code what} is a clause. */
    ModelFormatException damaged(String what) {
        return new ModelFormatException(name + ": " + what);
    }
}
