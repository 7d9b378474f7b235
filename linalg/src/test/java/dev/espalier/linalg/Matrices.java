package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;

/** Random matrices, and plain loops that results are compared with. */
final class Matrices {
    private Matrices() {}

    static Matrix random(long seed, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Matrix.over(rows, columns, values);
    }

    /** Symmetric, with eigenvalues not near zero. */
    static Matrix definite(long seed, int size) {
        Matrix a = random(seed, 2 * size, size);
        return product(a.transposed(), a);
    }

    static Matrix product(Matrix a, Matrix b) {
        double[][] product = new double[a.rows()][b.columns()];
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < b.columns(); j++) {
                for (int l = 0; l < a.columns(); l++) {
                    product[i][j] += a.get(i, l) * b.get(l, j);
                }
            }
        }
        return Matrix.of(product);
    }

    /** Equal up to {@code tolerance} of the greatest value. */
    static void assertNear(Matrix found, Matrix expected, double tolerance) {
        assertThat(found.rows()).isEqualTo(expected.rows());
        assertThat(found.columns()).isEqualTo(expected.columns());
        double greatest = 1;
        for (double value : expected.values) {
            greatest = Math.max(greatest, Math.abs(value));
        }
        for (int i = 0; i < found.values.length; i++) {
            assertThat(found.values[i])
                    .as("value %d", i)
                    .isCloseTo(expected.values[i], within(tolerance * greatest));
        }
    }
}
