package dev.espalier.linalg;

import java.util.Arrays;

/** A lower triangle L [n, n] with no zero on its diagonal, and what is solved by it. */
public final class Triangle {
    /** Rows that are solved by loops, before the rest sees them as one product. */
    private static final int BLOCK = 128;

    private final Matrix lower;

    /**
     * @param lower what is above its diagonal is not looked at
     * @throws SingularMatrixException where there is a zero on the diagonal
     */
    public Triangle(Matrix lower) {
        if (lower.rows() != lower.columns()) {
            throw new IllegalArgumentException(lower + " is no triangle");
        }
        for (int i = 0; i < lower.rows(); i++) {
            if (lower.get(i, i) == 0) {
                throw new SingularMatrixException(
                        "the triangle %s has a zero in row %s of its diagonal".formatted(lower, i));
            }
        }
        this.lower = lower;
    }

    /** X with {@code L X = B}, for B [n, m]. */
    public Matrix solve(Matrix b) {
        return solve(b.values.clone(), b.columns());
    }

    /** The inverse of L. */
    public Matrix inverse() {
        int n = lower.rows();
        return solve(Matrix.identity(n).values, n);
    }

    /** Of B [n, m], in its place. */
    private Matrix solve(double[] x, int m) {
        int n = lower.rows();
        for (int top = 0; top < n; top += BLOCK) {
            int end = Math.min(n, top + BLOCK);
            // What the rows above take from these.
            subtract(x, top, end, lower.block(top, 0, end - top, top), rows(x, m, 0, top));
            for (int i = top; i < end; i++) {
                for (int j = top; j < i; j++) {
                    addRow(x, m, i, -lower.get(i, j), j);
                }
                scaleRow(x, m, i, lower.get(i, i));
            }
        }
        return Matrix.over(n, m, x);
    }

    /** X with {@code L' X = B}, for B [n, m]. */
    public Matrix solveTransposed(Matrix b) {
        int n = lower.rows();
        int m = b.columns();
        double[] x = b.values.clone();
        for (int end = n; end > 0; end -= BLOCK) {
            int top = Math.max(0, end - BLOCK);
            Matrix below = lower.block(end, top, n - end, end - top).transposed();
            subtract(x, top, end, below, rows(x, m, end, n));
            for (int i = end - 1; i >= top; i--) {
                for (int j = i + 1; j < end; j++) {
                    addRow(x, m, i, -lower.get(j, i), j);
                }
                scaleRow(x, m, i, lower.get(i, i));
            }
        }
        return Matrix.over(n, m, x);
    }

    private static Matrix rows(double[] x, int m, int top, int end) {
        return Matrix.over(end - top, m, Arrays.copyOfRange(x, top * m, end * m));
    }

    private static void subtract(double[] x, int top, int end, Matrix a, Matrix known) {
        double[] part = a.times(known).values;
        int from = top * known.columns();
        for (int i = 0; i < part.length; i++) {
            x[from + i] -= part[i];
        }
    }

    private static void addRow(double[] x, int m, int to, double factor, int from) {
        for (int c = 0; c < m; c++) {
            x[to * m + c] += factor * x[from * m + c];
        }
    }

    private static void scaleRow(double[] x, int m, int row, double divisor) {
        for (int c = row * m; c < (row + 1) * m; c++) {
            x[c] /= divisor;
        }
    }
}
