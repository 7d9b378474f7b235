package dev.espalier.core.internal.stored;

import dev.espalier.core.internal.image.Change;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;

/** One part of a dataset as a format gives it. Thread-safe. */
public interface ExampleSource {
    int size();

    /** Class of an example, -1 where it has none. */
    int label(int index);

    /** Shape of one example's float targets; empty where there are none. */
    default Optional<Shape> targetShape() {
        return Optional.empty();
    }

    /** Writes the targets of one example; only where there are any. */
    default void readTarget(int index, FloatBuffer target) {
        throw new IllegalStateException("these examples have no targets");
    }

    /** Type of one example's inputs without the batch axis, by input name. */
    Map<String, TensorType> sampleTypes();

    /**
     * Channels of its images where they are pixels of bytes, whose colours can be changed: 1 or 3;
     * 0 for other data.
     */
    default int colourChannels() {
        return 0;
    }

    /**
     * Writes one input of one example, preprocessed.
     *
     * @param change of the image; the same for all inputs of the example. Colours change only where
     *     there are {@link #colourChannels}
     * @param target little-endian, written from its position on, which moves behind the example
     */
    void read(int index, String input, Change change, ByteBuffer target);
}
