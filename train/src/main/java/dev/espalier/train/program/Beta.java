package dev.espalier.train.program;

import java.util.SplittableRandom;

/**
 * The distribution Beta(alpha, alpha) on 0 to 1: even for alpha 1, near the ends for smaller ones,
 * near a half for greater ones.
 *
 * @param alpha greater than 0
 */
record Beta(double alpha) {
    /** {@code g / (g + h)} of two draws from Gamma(alpha, 1). */
    double draw(SplittableRandom random) {
        // Small alphas give numbers that only their logarithms can hold.
        double g = logGamma(alpha, random);
        double h = logGamma(alpha, random);
        return 1 / (1 + Math.exp(h - g));
    }

    /**
     * The logarithm of a draw from Gamma(shape, 1), by the method of Marsaglia and Tsang, A Simple
     * Method for Generating Gamma Variables, 2000.
     */
    private static double logGamma(double shape, SplittableRandom random) {
        if (shape < 1) {
            return logGamma(shape + 1, random) + Math.log(1 - random.nextDouble()) / shape;
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0
                    && Math.log(1 - random.nextDouble())
                            < x * x / 2 + d - d * v + d * Math.log(v)) {
                return Math.log(d * v);
            }
        }
    }
}
