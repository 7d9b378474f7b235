package dev.espalier.core.internal.image;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.Shape;
import java.nio.file.Path;
import java.util.Arrays;

/** Sizes of an image whose pixels are bytes, all of one channel before those of the next. */
public record ImageSize(int channels, int height, int width) {
    /**
     * The size of the images in an array [N, H, W], [N, C, H, W] or [N, H, W, C] of 1 or 3
     * channels.
     *
     * @param file for the message
     */
    public static ImageSize ofArray(int[] sizes, Path file) {
        for (int i = 1; i < sizes.length; i++) {
            if (sizes[i] < 1) {
                throw new DataException(
                        "%s holds an array of the shape %s"
                                .formatted(file, Arrays.toString(sizes)));
            }
        }
        if (sizes.length == 3) {
            return new ImageSize(1, sizes[1], sizes[2]);
        }
        if (sizes.length == 4 && isInterleaved(sizes)) {
            return new ImageSize(sizes[3], sizes[1], sizes[2]);
        }
        if (sizes.length == 4 && isChannels(sizes[1])) {
            return new ImageSize(sizes[1], sizes[2], sizes[3]);
        }
        throw new DataException(
                ("%s holds an array of the shape %s, expected images [N, H, W], "
                                + "[N, C, H, W] or [N, H, W, C] with 1 or 3 channels")
                        .formatted(file, Arrays.toString(sizes)));
    }

    /** Whether the channels come last; where both ends might be channels, they come first. */
    public static boolean isInterleaved(int[] sizes) {
        return sizes.length == 4 && !isChannels(sizes[1]) && isChannels(sizes[3]);
    }

    private static boolean isChannels(int size) {
        return size == 1 || size == 3;
    }

    public int bytes() {
        return Math.multiplyExact(Math.multiplyExact(channels, height), width);
    }

    public Shape shape() {
        return Shape.of(channels, height, width);
    }

    @Override
    public String toString() {
        return shape().toString();
    }
}
