package dev.espalier.quantize.smooth;

import java.util.Arrays;

/** {@code max|X_j|} of each channel j of a value, over all that is seen. */
final class ChannelMaxima {
    private final float[] maxima;

    ChannelMaxima(int channels) {
        this.maxima = new float[channels];
    }

    /** Takes in values whose last axis is the channels. */
    void add(float[] values) {
        for (int i = 0; i < values.length; i++) {
            int j = i % maxima.length;
            maxima[j] = Math.max(maxima[j], Math.abs(values[i]));
        }
    }

    /**
     * {@code s_j = max|X_j|^alpha / max|W_j|^(1 - alpha)}, 1 where either is zero.
     *
     * @param weights {@code max|W_j|}
     */
    float[] scales(float[] weights, double alpha) {
        float[] scales = new float[maxima.length];
        for (int j = 0; j < scales.length; j++) {
            double s = Math.pow(maxima[j], alpha) / Math.pow(weights[j], 1 - alpha);
            boolean usable = maxima[j] > 0 && weights[j] > 0 && s > Float.MIN_NORMAL;
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
    double spread(float[] scales) {
        double[] sorted = new double[maxima.length];
        for (int j = 0; j < sorted.length; j++) {
            sorted[j] = scales == null ? maxima[j] : maxima[j] / scales[j];
        }
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2];
        return median == 0 ? 1 : sorted[sorted.length - 1] / median;
    }
}
