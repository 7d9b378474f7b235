package dev.espalier.quantize.repair;

/**
 * All that the squared error of a linear layer depends on, of a stream of inputs x [depth] and
 * wanted outputs y [channels]: the mean error of a row w with bias b is
 *
 * <pre>
 *   E (y - w x - b)^2 = E y^2 - 2 w E[y x] + w E[x x'] w' + ...
 * </pre>
 *
 * <p>so that memory does not grow with the number of examples.
 */
final class Moments {
    private final double[][] xx;
    private final double[][] yx;
    private final double[] x;
    private final double[] y;
    private final double[] yy;
    private long count;

    Moments(int depth, int channels) {
        xx = new double[depth][depth];
        yx = new double[channels][depth];
        x = new double[depth];
        y = new double[channels];
        yy = new double[channels];
    }

    void add(double[] input, double[] output) {
        count++;
        for (int i = 0; i < input.length; i++) {
            double a = input[i];
            if (a == 0) {
                continue;
            }
            x[i] += a;
            double[] sums = xx[i];
            for (int j = 0; j <= i; j++) {
                sums[j] += a * input[j];
            }
        }
        for (int m = 0; m < output.length; m++) {
            double b = output[m];
            y[m] += b;
            yy[m] += b * b;
            double[] sums = yx[m];
            for (int j = 0; j < input.length; j++) {
                sums[j] += b * input[j];
            }
        }
    }

    long count() {
        return count;
    }

    /**
     * The moments from which fitting begins.
     *
     * @param centred whether the layer has a bias, which takes up every difference of the means
     */
    Fit fit(boolean centred) {
        double n = Math.max(1, count);
        double[][] h = new double[x.length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j <= i; j++) {
                h[i][j] = xx[i][j] / n - (centred ? x[i] * x[j] / n / n : 0);
                h[j][i] = h[i][j];
            }
        }
        double[][] c = new double[y.length][x.length];
        double[] power = new double[y.length];
        double[] meanY = new double[y.length];
        for (int m = 0; m < y.length; m++) {
            meanY[m] = y[m] / n;
            power[m] = yy[m] / n - (centred ? meanY[m] * meanY[m] : 0);
            for (int j = 0; j < x.length; j++) {
                c[m][j] = yx[m][j] / n - (centred ? meanY[m] * x[j] / n : 0);
            }
        }
        double[] meanX = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            meanX[j] = x[j] / n;
        }
        return new Fit(h, c, power, meanX, meanY);
    }

    /** Means over the stream; a class and not a record, since records hold no arrays. */
    static final class Fit {
        /** E[x x'] [depth, depth]. */
        final double[][] h;

        /** E[y x] [channels, depth]. */
        final double[][] c;

        /** E[y^2] [channels]. */
        final double[] power;

        private final double[] meanX;
        private final double[] meanY;

        private Fit(double[][] h, double[][] c, double[] power, double[] meanX, double[] meanY) {
            this.h = h;
            this.c = c;
            this.power = power;
            this.meanX = meanX;
            this.meanY = meanY;
        }

        /** Mean squared error of {@code row} for channel {@code channel}, with the best bias. */
        double error(int channel, double[] row) {
            double error = power[channel];
            for (int i = 0; i < row.length; i++) {
                double product = 0;
                for (int j = 0; j < row.length; j++) {
                    product += h[i][j] * row[j];
                }
                error += row[i] * (product - 2 * c[channel][i]);
            }
            return Math.max(error, 0);
        }

        /** The bias that makes the mean output of {@code row} the wanted one: E y - w E x. */
        double bias(int channel, double[] row) {
            double bias = meanY[channel];
            for (int j = 0; j < row.length; j++) {
                bias -= row[j] * meanX[j];
            }
            return bias;
        }
    }
}
