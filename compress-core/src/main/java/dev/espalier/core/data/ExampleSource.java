package dev.espalier.core.data;

import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.util.Map;

/** One part of a dataset as a format gives it. Thread-safe. */
interface ExampleSource {
    int size();

    /** Class of an example, -1 where it has none. */
    int label(int index);

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
