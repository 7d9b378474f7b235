package dev.espalier.quantize.internal.smooth;

import dev.espalier.quantize.internal.calibration.ChannelRanges;
import java.util.Arrays;

/** What the channels of a value are divided by, from what was seen of them. */
public final class SmoothingScales {
    private SmoothingScales() {}

    /**
     * {@code s_j = max|X_j|^alpha / max|W_j|^(1 - alpha)}, 1 where either is zero.
     *
     * @param seen X
     * @param weights {@code max|W_j|}
     */
    public static float[] of(ChannelRanges seen, float[] weights, double alpha) {
        float[] scales = new float[weights.length];
        for (int j = 0; j < scales.length; j++) {
            double x = seen.greatest(j);
            double s = Math.pow(x, alpha) / Math.pow(weights[j], 1 - alpha);
            boolean usable = x > 0 && weights[j] > 0 && s > Float.MIN_NORMAL;
            scales[j] = usable && Float.isFinite((float) s) ? (float) s : 1;
        }
        return scales;
    }

    /**
     * The largest channel for one of the median: how much of a common grid most channels leave
     * unused.
     *
     * @param scales that channels are divided by; null for none
     */
    public static double spread(ChannelRanges seen, float[] scales) {
        double[] sorted = new double[seen.channels()];
        for (int j = 0; j < sorted.length; j++) {
            sorted[j] = scales == null ? seen.greatest(j) : seen.greatest(j) / scales[j];
        }
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2];
        return median == 0 ? 1 : sorted[sorted.length - 1] / median;
    }
}
