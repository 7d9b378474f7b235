package dev.espalier.quantize.internal.grid;

import java.util.Arrays;
import java.util.function.DoubleToIntFunction;
import java.util.function.IntUnaryOperator;

/** The weights of one channel that are multiplied in pairs which must not saturate. */
public final class PairedWeights {
    /** Of a channel whose sums are exact. */
    public static final PairedWeights NONE = new PairedWeights(0);

    /** Of 8 bits. */
    public static final int GREATEST = 127;

    /** No pair of weights up to this can saturate. */
    public static final int ALWAYS_SAFE = 64;

    /** What the magnitudes of a pair of one sign may be together, and what rounding adds. */
    private static final int MOST_TOGETHER = 128;

    private static final int ROUNDED_UP = 1;

    private final float[] first;
    private final float[] second;

    private PairedWeights(int pairs) {
        this.first = new float[pairs];
        this.second = new float[pairs];
    }

    /**
     * The pairs of each channel.
     *
     * @param weights of all of the tensor
     * @param channel of the weight at a position
     */
    public static PairedWeights[] of(
            float[] weights, WeightPairs pairs, int channels, IntUnaryOperator channel) {
        int[] counts = new int[channels];
        int[] channelOf = new int[pairs.size()];
        for (int i = 0; i < channelOf.length; i++) {
            channelOf[i] = channel.applyAsInt(pairs.first(i));
            counts[channelOf[i]]++;
        }
        PairedWeights[] all =
                Arrays.stream(counts).mapToObj(PairedWeights::new).toArray(PairedWeights[]::new);
        for (int i = 0; i < channelOf.length; i++) {
            PairedWeights own = all[channelOf[i]];
            int at = --counts[channelOf[i]];
            own.first[at] = weights[pairs.first(i)];
            own.second[at] = weights[pairs.second(i)];
        }
        return all;
    }

    /**
     * The greatest integer that the channel's greatest weight may become, 64 to 127, so that no
     * pair can saturate when all are rounded to that grid.
     *
     * @param most magnitude of the channel's weights
     */
    int greatest(float most) {
        double together = 0;
        for (int i = 0; i < first.length; i++) {
            together =
                    Math.max(
                            together,
                            first[i] * (double) second[i] > 0
                                    ? Math.abs((double) first[i] + second[i])
                                    : 0);
        }
        // Rounding decides near the bound; far above it, no need to try.
        double bound = (MOST_TOGETHER + ROUNDED_UP) * most / together;
        int greatest = (int) Math.min(bound, GREATEST);
        while (greatest > ALWAYS_SAFE && !fit(most / greatest)) {
            greatest--;
        }
        return Math.max(greatest, ALWAYS_SAFE);
    }

    /** Whether no pair can saturate, all rounded to steps of {@code step}. */
    public boolean fit(float step) {
        // A float division, as weights are quantized.
        DoubleToIntFunction nearest = w -> (int) Math.rint((float) w / step);
        return fit(nearest, nearest);
    }

    /**
     * Whether no pair can saturate, whichever of two integers each weight becomes.
     *
     * @param lower the lesser one of a weight
     * @param upper the greater one
     */
    public boolean fit(DoubleToIntFunction lower, DoubleToIntFunction upper) {
        for (int i = 0; i < first.length; i++) {
            if (PairSums.canSaturate(upper.applyAsInt(first[i]), upper.applyAsInt(second[i]))
                    || PairSums.canSaturate(
                            lower.applyAsInt(first[i]), lower.applyAsInt(second[i]))) {
                return false;
            }
        }
        return true;
    }

    /** Whether there are any. */
    public boolean isEmpty() {
        return first.length == 0;
    }
}
