package dev.espalier.quantize.weights;

/**
 * {@code H = 2 / m sum x x^T} over the m rows x of a layer's input: the second derivative of {@code
 * 1/m |X W - X W'|^2} for any column of W.
 */
final class Hessian {
    private static final int ROWS_AT_ONCE = 4;

    private final int k;
    private final double[] sums;
    private long rows;

    Hessian(int k) {
        this.k = k;
        this.sums = new double[Math.multiplyExact(k, k)];
    }

    static long bytes(int k) {
        return 8L * k * k;
    }

    /** Takes in rows of K numbers. */
    void add(float[] x) {
        int count = x.length / k;
        int row = 0;
        for (; row + ROWS_AT_ONCE <= count; row += ROWS_AT_ONCE) {
            addFour(x, row * k);
        }
        for (; row < count; row++) {
            addOne(x, row * k);
        }
        rows += count;
    }

    private void addFour(float[] x, int at) {
        for (int i = 0; i < k; i++) {
            float a = x[at + i];
            float b = x[at + k + i];
            float c = x[at + 2 * k + i];
            float d = x[at + 3 * k + i];
            int line = i * k;
            for (int j = i; j < k; j++) {
                sums[line + j] +=
                        a * x[at + j]
                                + b * x[at + k + j]
                                + c * x[at + 2 * k + j]
                                + d * x[at + 3 * k + j];
            }
        }
    }

    private void addOne(float[] x, int at) {
        for (int i = 0; i < k; i++) {
            double a = x[at + i];
            for (int j = i; j < k; j++) {
                sums[i * k + j] += a * x[at + j];
            }
        }
    }

    int k() {
        return k;
    }

    double get(int i, int j) {
        return 2 * sums[Math.min(i, j) * k + Math.max(i, j)] / Math.max(1, rows);
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
        double[] e = new double[k];
        double sum = 0;
        for (int c = 0; c < columns.length / k; c++) {
            for (int row = 0; row < k; row++) {
                e[row] = columns[c * k + row] - weight.get(c, row);
            }
            sum += quadratic(e);
        }
        return sum / 2;
    }

    /** {@code sum over columns of w^T H w / 2}: the mean square of the layer's outputs. */
    double power(float[] columns) {
        double[] w = new double[k];
        double sum = 0;
        for (int c = 0; c < columns.length / k; c++) {
            for (int row = 0; row < k; row++) {
                w[row] = columns[c * k + row];
            }
            sum += quadratic(w);
        }
        return sum / 2;
    }

    private double quadratic(double[] v) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
            double inner = sums[i * k + i] * v[i] / 2;
            for (int j = i + 1; j < k; j++) {
                inner += sums[i * k + j] * v[j];
            }
            sum += 2 * v[i] * inner;
        }
        return 2 * sum / Math.max(1, rows);
    }
}
