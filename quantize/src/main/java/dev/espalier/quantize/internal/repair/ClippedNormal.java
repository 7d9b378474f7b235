package dev.espalier.quantize.internal.repair;

import java.util.List;

/**
 * Mean and variance of a normally distributed number that is clipped to an interval:
 *
 * <pre>
 *   x = min(max(z, low), high),  z ~ N(m, s^2),  a = (low - m) / s,  b = (high - m) / s
 *   E x   = low Phi(a) + high (1 - Phi(b)) + m (Phi(b) - Phi(a)) + s (phi(a) - phi(b))
 *   E x^2 = low^2 Phi(a) + high^2 (1 - Phi(b)) + (m^2 + s^2) (Phi(b) - Phi(a))
 *           + s (m + low) phi(a) - s (m + high) phi(b)
 * </pre>
 */
public record ClippedNormal(double mean, double variance) {
    /** Coefficients of Phi, that of the highest power first. */
    private static final List<Double> SERIES =
            List.of(1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530);

    /**
     * @param high may be infinite
     */
    public static ClippedNormal of(double m, double s, double low, double high) {
        if (!(s > 0)) {
            return new ClippedNormal(Math.min(Math.max(m, low), high), 0);
        }
        double a = (low - m) / s;
        double b = (high - m) / s;
        double below = cumulative(a);
        double within = cumulative(b) - below;
        double mean = low * below + m * within + s * (density(a) - density(b));
        double square = low * low * below + (m * m + s * s) * within + s * (m + low) * density(a);
        if (high < Double.POSITIVE_INFINITY) {
            double above = 1 - cumulative(b);
            mean += high * above;
            square += high * high * above - s * (m + high) * density(b);
        }
        return new ClippedNormal(mean, Math.max(0, square - mean * mean));
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** Phi, to 1e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, formula 26.2.17. */
    private static double cumulative(double x) {
        if (x < 0) {
            return 1 - cumulative(-x);
        }
        double t = 1 / (1 + 0.2316419 * x);
        double series = 0;
        for (double coefficient : SERIES) {
            series = t * (coefficient + series);
        }
        return 1 - density(x) * series;
    }
}
