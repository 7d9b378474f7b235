package dev.espalier.core.data;

import dev.espalier.core.InvalidOptionException;
import java.util.List;
import java.util.Optional;

/**
 * How a stored example becomes the model's input: resize, crop, then for each channel {@code (x /
 * scale - mean) / std}.
 *
 * @param scale stored numbers are divided by it; where absent, 255 for bytes and 1 for other
 *     numbers
 * @param mean one number for each channel or one for all; empty for 0
 * @param std one number for each channel or one for all; empty for 1
 * @param resize pixels of an image's shorter side after resizing; its proportions are kept
 * @param crop side in pixels of the square cut from an image's middle
 */
public record Preprocess(
        Optional<Double> scale,
        List<Double> mean,
        List<Double> std,
        Optional<Integer> resize,
        Optional<Integer> crop) {
    /** Bytes become 0 to 1, other numbers stay; nothing is resized. */
    public static final Preprocess DEFAULT =
            new Preprocess(
                    Optional.empty(), List.of(), List.of(), Optional.empty(), Optional.empty());

    public Preprocess {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        scale.ifPresent(s -> positive("scale", s));
        std.forEach(s -> positive("std", s));
        resize.ifPresent(r -> positive("resize", r));
        crop.ifPresent(c -> positive("crop", c));
        for (double m : mean) {
            if (!Double.isFinite(m)) {
                throw new InvalidOptionException("preprocess: mean must be finite, found " + m);
            }
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new InvalidOptionException(
                    "preprocess: " + name + " must be greater than 0, found " + value);
        }
    }

    public static Preprocess of(double scale, List<Double> mean, List<Double> std) {
        return new Preprocess(Optional.of(scale), mean, std, Optional.empty(), Optional.empty());
    }

    public Preprocess withSize(Optional<Integer> resized, Optional<Integer> cropped) {
        return new Preprocess(scale, mean, std, resized, cropped);
    }
}
