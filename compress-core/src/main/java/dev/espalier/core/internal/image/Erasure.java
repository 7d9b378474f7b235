package dev.espalier.core.internal.image;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The rectangle of one image that random erasing sets to 0 after normalisation; see {@link
 * Augmentation#erasing}.
 */
public record Erasure(int top, int left, int height, int width) {
    private static final double LEAST_AREA = 0.02;
    private static final double MOST_AREA = 0.33;

    /** Height by width, at most; at least its inverse. */
    private static final double STEEPEST = 3.3;

    private static final int TRIES = 10;

    /**
     * Empty with the probability that nothing is erased, and where no rectangle that was drawn fits
     * into the image.
     */
    public static Optional<Erasure> draw(
            double probability, int height, int width, SplittableRandom random) {
        if (random.nextDouble() >= probability) {
            return Optional.empty();
        }
        for (int i = 0; i < TRIES; i++) {
            double area =
                    (LEAST_AREA + (MOST_AREA - LEAST_AREA) * random.nextDouble()) * height * width;
            double steepness = Math.pow(STEEPEST, 2 * random.nextDouble() - 1);
            int high = (int) Math.max(1, Math.round(Math.sqrt(area * steepness)));
            int wide = (int) Math.max(1, Math.round(Math.sqrt(area / steepness)));
            if (high <= height && wide <= width) {
                int top = random.nextInt(height - high + 1);
                int left = random.nextInt(width - wide + 1);
                return Optional.of(new Erasure(top, left, high, wide));
            }
        }
        return Optional.empty();
    }

    /**
     * Erases it from floats [C, H, W].
     *
     * @param start of the image, in bytes
     */
    public void apply(ByteBuffer target, int start, ImageSize size) {
        for (int c = 0; c < size.channels(); c++) {
            for (int y = top; y < top + height; y++) {
                int row = (c * size.height() + y) * size.width();
                for (int x = left; x < left + width; x++) {
                    target.putFloat(start + Float.BYTES * (row + x), 0);
                }
            }
        }
    }
}
