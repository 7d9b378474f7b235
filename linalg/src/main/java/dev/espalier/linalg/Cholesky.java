package dev.espalier.linalg;

import java.util.Arrays;

/** {@code A = L L'} of a symmetric positive definite A [n, n], and what is solved by it. */
public final class Cholesky {
    /** Columns that are computed by loops, from what all columns before leave of them. */
    private static final int BLOCK = 64;

    /** Units of the last place that a sum of n products may be off, for each of them. */
    static final double ROUNDING = 16;

    private final Matrix lower;

    private Cholesky(Matrix lower) {
        this.lower = lower;
    }

    /**
     * @param a symmetric; what is above its diagonal is not looked at
     * @throws SingularMatrixException where a row depends on those before it as far as numbers of
     *     64 bits tell, or is no number
     */
    public static Cholesky of(Matrix a) {
        int n = a.rows();
        if (n != a.columns()) {
            throw new IllegalArgumentException(a + " is not square");
        }
        double[] l = a.values.clone();
        for (int left = 0; left < n; left += BLOCK) {
            int end = Math.min(n, left + BLOCK);
            subtractKnown(l, n, left, end);
            factorize(l, n, left, end, a);
        }
        for (int i = 0; i < n; i++) {
            Arrays.fill(l, i * n + i + 1, (i + 1) * n, 0);
        }
        return new Cholesky(Matrix.over(n, n, l));
    }

    /** From columns {@code left..end} what the columns before them account for. */
    private static void subtractKnown(double[] l, int n, int left, int end) {
        Matrix known = Matrix.over(n, n, l).block(left, 0, n - left, left);
        double[] part = known.timesTransposed(known.block(0, 0, end - left, left)).values;
        int width = end - left;
        for (int i = left; i < n; i++) {
            for (int j = left; j < Math.min(end, i + 1); j++) {
                l[i * n + j] -= part[(i - left) * width + j - left];
            }
        }
    }

    private static void factorize(double[] l, int n, int left, int end, Matrix a) {
        for (int i = left; i < n; i++) {
            for (int j = left; j < Math.min(end, i + 1); j++) {
                double sum = l[i * n + j];
                for (int m = left; m < j; m++) {
                    sum -= l[i * n + m] * l[j * n + m];
                }
                l[i * n + j] = i == j ? Math.sqrt(checked(sum, i, a)) : sum / l[j * n + j];
            }
        }
    }

    /** What is left of a diagonal element, if more than what rounding may leave. */
    private static double checked(double left, int row, Matrix a) {
        if (!(left > ROUNDING * a.rows() * Math.ulp(a.get(row, row)))) {
            throw new SingularMatrixException(
                    "%s is not positive definite: row %s has %s on its diagonal, of which the rows before it leave %s; a sum on the diagonal (damping) makes it so"
                            .formatted(a, row, a.get(row, row), left));
        }
        return left;
    }

    /** L. */
    public Triangle triangle() {
        return new Triangle(lower);
    }

    /** L [n, n], zero above its diagonal. */
    public Matrix lower() {
        return lower;
    }

    /** X with {@code A X = B}, for B [n, m]. */
    public Matrix solve(Matrix b) {
        return triangle().solveTransposed(triangle().solve(b));
    }

    /** The inverse of A. */
    public Matrix inverse() {
        Matrix inverse = triangle().inverse();
        return inverse.transposedTimes(inverse);
    }
}
