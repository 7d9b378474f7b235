package dev.espalier.core.op.array;

import java.util.Set;
import java.util.function.DoubleToLongFunction;
import java.util.stream.LongStream;

/**
 * Where the positions of a resized axis lie on the axis it was made from.
 *
 * @param transformation ONNX's {@code coordinate_transformation_mode}
 * @param size of the axis
 * @param resized size
 * @param scale the factor between them as the model gives it
 */
record ResizeAxis(String transformation, long size, long resized, double scale) {
    private static final Set<String> KNOWN =
            Set.of(
                    "half_pixel",
                    "half_pixel_symmetric",
                    "pytorch_half_pixel",
                    "tf_half_pixel_for_nn",
                    "align_corners",
                    "asymmetric");

    static boolean knows(String transformation) {
        return KNOWN.contains(transformation);
    }

    private double source(long position) {
        double centre = (position + 0.5) / scale;
        return switch (transformation) {
            case "half_pixel" -> centre - 0.5;
            case "half_pixel_symmetric" -> {
                double shift = size / 2.0 * (1 - resized / (scale * size));
                yield shift + centre - 0.5;
            }
            case "pytorch_half_pixel" -> resized > 1 ? centre - 0.5 : 0;
            case "tf_half_pixel_for_nn" -> centre;
            case "align_corners" -> resized == 1 ? 0 : position * (size - 1.0) / (resized - 1.0);
            case "asymmetric" -> position / scale;
            default -> throw new IllegalArgumentException("transformation " + transformation);
        };
    }

    /** The index on the old axis for every new one under ONNX's {@code nearest_mode}. */
    long[] nearest(String rounding) {
        DoubleToLongFunction round =
                switch (rounding) {
                    case "round_prefer_floor" -> x -> (long) Math.ceil(x - 0.5);
                    case "round_prefer_ceil" -> x -> (long) Math.floor(x + 0.5);
                    case "floor" -> x -> (long) Math.floor(x);
                    case "ceil" -> x -> (long) Math.ceil(x);
                    default -> throw new IllegalArgumentException("nearest_mode " + rounding);
                };
        return LongStream.range(0, resized).map(p -> clamp(round.applyAsLong(source(p)))).toArray();
    }

    private long clamp(long index) {
        return Math.max(0, Math.min(size - 1, index));
    }

    /** The old index below every new one. */
    long[] lower() {
        return LongStream.range(0, resized).map(p -> clamp((long) Math.floor(source(p)))).toArray();
    }

    /** The old index above every new one. */
    long[] upper() {
        return LongStream.range(0, resized)
                .map(p -> clamp((long) Math.floor(source(p)) + 1))
                .toArray();
    }

    /** How much the upper index counts at every new one, from 0 to 1. */
    double[] upperWeights() {
        return LongStream.range(0, resized)
                .mapToDouble(p -> source(p) - Math.floor(source(p)))
                .toArray();
    }
}
