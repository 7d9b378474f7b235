package dev.espalier.core.data;

import java.nio.FloatBuffer;

/**
 * How far changed values are from exact ones, over all that was added:
 *
 * <pre>
 *   noise = sum (x - y)^2 / sum x^2        decibels = -10 log10(noise)
 * </pre>
 */
public final class SignalToNoise {
    /** Equal values have no noise; what a double cannot tell apart is beyond this. */
    public static final double MOST = 200;

    private double signal;
    private double noise;

    /**
     * @param exact x
     * @param changed y, as many
     */
    public void add(float[] exact, float[] changed) {
        add(FloatBuffer.wrap(exact), FloatBuffer.wrap(changed));
    }

    /**
     * Adds numbers where they lie.
     *
     * @param exact x, from position to limit
     * @param changed y, as many
     */
    public void add(FloatBuffer exact, FloatBuffer changed) {
        int count = exact.remaining();
        for (int i = 0; i < count; i++) {
            double x = exact.get(exact.position() + i);
            double error = x - changed.get(changed.position() + i);
            signal += x * x;
            noise += error * error;
        }
    }

    /**
     * @param exact x; where the other is the same infinity they do not differ
     * @param changed y, as many
     */
    public void add(double[] exact, double[] changed) {
        for (int i = 0; i < exact.length; i++) {
            double error = exact[i] == changed[i] ? 0 : exact[i] - changed[i];
            signal += exact[i] * exact[i];
            noise += error * error;
        }
    }

    /** Sum of x^2. */
    public double signal() {
        return signal;
    }

    /** Noise over signal; 0 where both are equal. */
    public double noise() {
        return noise / Math.max(signal, Double.MIN_NORMAL);
    }

    /** The ratio in decibels, at most 200. */
    public double decibels() {
        return decibels(noise());
    }

    /** Signal over {@code noise} in decibels, at most 200. */
    public static double decibels(double noise) {
        return Math.min(-10 * Math.log10(noise), MOST);
    }
}
