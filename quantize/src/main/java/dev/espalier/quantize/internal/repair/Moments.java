package dev.espalier.quantize.internal.repair;

import dev.espalier.linalg.Gram;
import dev.espalier.linalg.Matrix;
import java.util.Arrays;

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
public final class Moments {
    private final Gram products;
    private final double[] x;
    private final double[] y;
    private final double[] yy;

    Moments(int depth, int channels) {
        products = new Gram(depth, channels);
        x = new double[depth];
        y = new double[channels];
        yy = new double[channels];
    }

    void add(double[] input, double[] output) {
        products.add(input, output);
        for (int i = 0; i < input.length; i++) {
            x[i] += input[i];
        }
        for (int m = 0; m < output.length; m++) {
            y[m] += output[m];
            yy[m] += output[m] * output[m];
        }
    }

    long count() {
        return products.count();
    }

    /**
     * The moments from which fitting begins; nothing can be added behind.
     *
     * @param centred whether the layer has a bias, which takes up every difference of the means
     */
    public Fit fit(boolean centred) {
        double n = Math.max(1, count());
        Matrix yx = products.cross();
        Matrix xx = products.sums();
        double[] meanX = Arrays.stream(x).map(sum -> sum / n).toArray();
        double[] meanY = Arrays.stream(y).map(sum -> sum / n).toArray();
        double[] power = new double[y.length];
        for (int m = 0; m < y.length; m++) {
            power[m] = yy[m] / n - (centred ? meanY[m] * meanY[m] : 0);
        }
        Matrix h =
                Matrix.of(
                        x.length,
                        x.length,
                        (i, j) -> xx.get(i, j) / n - (centred ? x[i] * x[j] / n / n : 0));
        Matrix c =
                Matrix.of(
                        y.length,
                        x.length,
                        (m, j) -> yx.get(m, j) / n - (centred ? meanY[m] * x[j] / n : 0));
        return new Fit(h, c, power, meanX, meanY);
    }

    /** Means over the stream; a class and not a record, since records hold no arrays. */
    public static final class Fit {
        private final Matrix h;
        private final Matrix c;
        private final double[] power;
        private final double[] meanX;
        private final double[] meanY;

        private Fit(Matrix h, Matrix c, double[] power, double[] meanX, double[] meanY) {
            this.h = h;
            this.c = c;
            this.power = power;
            this.meanX = meanX;
            this.meanY = meanY;
        }

        /** E[x x'] [depth, depth]. */
        public Matrix h() {
            return h;
        }

        /** E[y x] [channels, depth]. */
        public Matrix c() {
            return c;
        }

        /** The sum over all channels of E[y^2]. */
        public double power() {
            return Arrays.stream(power).sum();
        }

        /**
         * Mean squared error of the row of each channel, with the best bias.
         *
         * @param rows [channels, depth], not modified
         */
        public double[] errors(double[][] rows) {
            Matrix products = Matrix.of(rows).times(h);
            double[] errors = power.clone();
            for (int m = 0; m < rows.length; m++) {
                for (int i = 0; i < rows[m].length; i++) {
                    errors[m] += rows[m][i] * (products.get(m, i) - 2 * c.get(m, i));
                }
                errors[m] = Math.max(errors[m], 0);
            }
            return errors;
        }

        /** The bias that makes the mean output of {@code row} the wanted one: E y - w E x. */
        public double bias(int channel, double[] row) {
            double bias = meanY[channel];
            for (int j = 0; j < row.length; j++) {
                bias -= row[j] * meanX[j];
            }
            return bias;
        }
    }
}
