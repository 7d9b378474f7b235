package dev.espalier.quantize.internal.weights;

import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.ScaleChoice;
import dev.espalier.quantize.option.WeightType;

/**
 * The values that the codes of one block stand for: {@code w' = (code - zeroPoint) scale}.
 *
 * <p>Symmetric: the zero point is the middle code m, and {@code scale = -w / m} with w the weight
 * of the largest magnitude, sign included, which so is met exactly and all codes are in use.
 * Otherwise {@code scale = (max(w, 0) - min(w, 0)) / greatest}, {@code zeroPoint = round(-min(w, 0)
 * / scale)}.
 *
 * @param scale may be negative, is not 0
 */
record BlockGrid(float scale, int zeroPoint, int greatest) {
    /** Candidates for the least squared error: shares of the scale that cuts nothing off. */
    private static final float LEAST_SHARE = 0.5f;

    private static final float GREATEST_SHARE = 1.16f;
    private static final float STEP = 0.02f;

    /** Below this a block counts as zeros: a product with an activation's scale stays normal. */
    private static final float LEAST_SCALE = 1e-18f;

    /** The grid for {@code weights} from {@code from} to before {@code to}. */
    static BlockGrid of(double[] weights, int from, int to, WeightType type, Blocks blocks) {
        BlockGrid whole =
                blocks.symmetric()
                        ? symmetric(weights, from, to, type)
                        : asymmetric(weights, from, to, type);
        if (blocks.scale() == ScaleChoice.MAX) {
            return whole;
        }
        BlockGrid best = whole;
        double least = whole.error(weights, from, to);
        for (float share = LEAST_SHARE; share < GREATEST_SHARE; share += STEP) {
            BlockGrid candidate = whole.scaledBy(share, blocks.symmetric());
            double error = candidate.error(weights, from, to);
            if (error < least) {
                least = error;
                best = candidate;
            }
        }
        return best;
    }

    private static BlockGrid symmetric(double[] weights, int from, int to, WeightType type) {
        double largest = 0;
        for (int i = from; i < to; i++) {
            if (Math.abs(weights[i]) > Math.abs(largest)) {
                largest = weights[i];
            }
        }
        return new BlockGrid(scale(-largest / type.middle()), type.middle(), type.greatest());
    }

    private static BlockGrid asymmetric(double[] weights, int from, int to, WeightType type) {
        double low = 0;
        double high = 0;
        for (int i = from; i < to; i++) {
            low = Math.min(low, weights[i]);
            high = Math.max(high, weights[i]);
        }
        float scale = scale((high - low) / type.greatest());
        int zeroPoint = (int) Math.rint(-low / scale);
        return new BlockGrid(scale, Math.min(zeroPoint, type.greatest()), type.greatest());
    }

    private static float scale(double wanted) {
        return Math.abs(wanted) < LEAST_SCALE ? 1 : (float) wanted;
    }

    /** With its ends drawn in; the zero point moves along where it is free. */
    private BlockGrid scaledBy(float share, boolean symmetric) {
        int zero = zeroPoint;
        if (!symmetric) {
            // The middle of the range stays where it is.
            double middle = (greatest / 2.0 - zeroPoint) / share;
            zero = (int) Math.max(0, Math.min(greatest, Math.rint(greatest / 2.0 - middle)));
        }
        return new BlockGrid(scale * share, zero, greatest);
    }

    private double error(double[] weights, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            double difference = weights[i] - decode(encode(weights[i]));
            sum += difference * difference;
        }
        return sum;
    }

    int encode(double weight) {
        double code = Math.rint(weight / scale) + zeroPoint;
        return (int) Math.max(0, Math.min(greatest, code));
    }

    double decode(int code) {
        return (double) (code - zeroPoint) * scale;
    }
}
