package dev.espalier.linalg;

/** {@code min |A X - B|} over X, by {@code A = Q R} with orthonormal Q: {@code R X = Q' B}. */
public final class LeastSquares {
    private LeastSquares() {}

    /**
     * @param a A [m, n] with at least as many rows as columns
     * @param b B [m, k]
     * @return X [n, k]
     * @throws SingularMatrixException where columns of A depend on each other as far as numbers of
     *     64 bits tell, so that many X are as good, or where A holds no finite numbers
     */
    public static Matrix solve(Matrix a, Matrix b) {
        if (a.rows() < a.columns() || a.rows() != b.rows()) {
            throw new IllegalArgumentException(
                    "least squares of %s and %s need as many rows in both, and no fewer than columns in the first"
                            .formatted(a, b));
        }
        NativeAlgebra.Qr qr = NativeAlgebra.qr(a);
        Matrix r = qr.r();
        double greatest = 0;
        for (int i = 0; i < r.rows(); i++) {
            greatest = Math.max(greatest, Math.abs(r.get(i, i)));
        }
        for (int i = 0; i < r.rows(); i++) {
            if (Math.abs(r.get(i, i)) <= Cholesky.ROUNDING * a.rows() * Math.ulp(greatest)) {
                throw new SingularMatrixException(
                        "least squares of %s: column %s depends on those before it, %s of it is left where the most is %s; leave it out, or add rows that keep its weight small"
                                .formatted(a, i, Math.abs(r.get(i, i)), greatest));
            }
        }
        return new Triangle(r.transposed()).solveTransposed(qr.q().transposedTimes(b));
    }
}
