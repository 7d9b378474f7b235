package dev.espalier.core.data;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;

/** One part of a dataset as a format gives it. Thread-safe. */
interface ExampleSource {
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
     * Writes one input of one example, preprocessed.
     *
     * @param shift of the image; the same for all inputs of the example
     * @param target little-endian, written from its position on, which moves behind the example
     */
    void read(int index, String input, Shift shift, ByteBuffer target);
}
