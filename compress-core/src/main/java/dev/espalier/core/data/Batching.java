package dev.espalier.core.data;

import dev.espalier.core.InvalidOptionException;

/**
 * How a dataset is cut into batches.
 *
 * @param size examples in a batch
 * @param shuffled whether every epoch has an order of its own; else they come as stored
 * @param dropLast whether a last, smaller batch is left out
 * @param seed of order and augmentation; every epoch derives its own from it
 */
public record Batching(
        int size, boolean shuffled, boolean dropLast, Augmentation augmentation, long seed) {
    public Batching {
        if (size < 1) {
            throw new InvalidOptionException("a batch needs at least 1 example, found " + size);
        }
    }

    /** All examples once, in order, unchanged: for measuring. */
    public static Batching inOrder(int size) {
        return new Batching(size, false, false, Augmentation.NONE, 0);
    }

    /** For training: shuffled and augmented, without a smaller last batch. */
    public static Batching training(int size, Augmentation augmentation, long seed) {
        return new Batching(size, true, true, augmentation, seed);
    }

    /** Number of batches of one epoch over {@code examples} examples. */
    public int batches(int examples) {
        return dropLast ? examples / size : (int) ((examples + (long) size - 1) / size);
    }
}
