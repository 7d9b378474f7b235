package dev.espalier.core.data;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Examples that can be read by index, in any order, from any thread, after preprocessing. */
public interface Dataset {
    int size();

    /** Number of classes; 0 where the examples have no labels. */
    int classes();

    /**
     * Shape of the numbers that a regression shall give for one example; empty where the examples
     * have none.
     */
    default Optional<Shape> targetShape() {
        return Optional.empty();
    }

    /**
     * Type of one example's inputs without the batch axis, by the name of the model input they
     * feed.
     */
    Map<String, TensorType> sampleTypes();

    /**
     * Whether an example that is not augmented is the same whenever it is read, so that what is
     * computed from it may be kept.
     */
    default boolean isRepeatable() {
        return true;
    }

    /** The first {@code samples} examples, or all where there are fewer. */
    default Dataset first(int samples) {
        return new ChosenExamples(this, IntStream.range(0, Math.min(samples, size())).toArray());
    }

    /** The examples at {@code indices}, unchanged but for preprocessing. */
    default Batch batch(int[] indices) {
        return batch(indices, Augmentation.NONE, 0);
    }

    /**
     * The examples at {@code indices}, augmented. The randomness of an example depends on {@code
     * seed} and its index alone, not on the batch it is in or the thread that reads it.
     */
    Batch batch(int[] indices, Augmentation augmentation, long seed);

    /**
     * The same, written to memory that the caller has at hand; datasets that make their own need
     * not ask for it.
     *
     * @param memory gives native memory of at least so many bytes
     */
    default Batch batch(
            int[] indices, Augmentation augmentation, long seed, IntFunction<ByteBuffer> memory) {
        return batch(indices, augmentation, seed);
    }
}
