package dev.espalier.quantize.internal.weights;

import dev.espalier.linalg.Gram;
import dev.espalier.linalg.Matrix;

/**
 * {@code H = 2 / m sum x x^T} over the m rows x of a layer's input: the second derivative of {@code
 * 1/m |X W - X W'|^2} for any column of W.
 */
final class Hessian {
    /** Columns whose products with H are computed at once. */
    private static final int COLUMNS_AT_ONCE = 512;

    private final int k;
    private Gram gram;
    private Matrix sums;
    private double scale;

    Hessian(int k) {
        this.k = k;
        this.gram = new Gram(k, 0);
    }

    static long bytes(int k) {
        return Gram.bytes(k, 0);
    }

    /** Takes in rows of K numbers; not once H was asked for. */
    void add(float[] x) {
        for (int from = 0; from < x.length; from += k) {
            gram.add(x, from);
        }
    }

    int k() {
        return k;
    }

    double get(int i, int j) {
        return sums().get(i, j) * scale;
    }

    /** And sets the scale. */
    private Matrix sums() {
        if (sums == null) {
            scale = 2.0 / Math.max(1, gram.count());
            sums = gram.sums();
            gram = null;
        }
        return sums;
    }

    double meanDiagonal() {
        double sum = 0;
        for (int i = 0; i < k; i++) {
            sum += get(i, i);
        }
        return sum / k;
    }

    /** {@code sum over columns of e^T H e / 2}: the mean squared error of the layer's outputs. */
    double error(BlockWeight weight, float[] columns) {
        return halfForm(columns.length / k, (c, row) -> columns[c * k + row] - weight.get(c, row));
    }

    /** {@code sum over columns of w^T H w / 2}: the mean square of the layer's outputs. */
    double power(float[] columns) {
        return halfForm(columns.length / k, (c, row) -> columns[c * k + row]);
    }

    /** Half of the sum of {@code v^T H v} over n rows v. */
    private double halfForm(int n, Matrix.Entries rows) {
        double sum = 0;
        for (int from = 0; from < n; from += COLUMNS_AT_ONCE) {
            int first = from;
            Matrix v =
                    Matrix.of(
                            Math.min(COLUMNS_AT_ONCE, n - from),
                            k,
                            (c, row) -> rows.get(first + c, row));
            sum += v.dot(v.times(sums()));
        }
        return sum * scale / 2;
    }
}
