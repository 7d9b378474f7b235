package dev.espalier.linalg;

/** Products of matrices: small ones by a loop, large ones by the native library. */
final class Product {
    /**
     * Multiplications from which on the native library is worth being called, a few milliseconds of
     * a loop. Sizes alone decide, so that the same product always has the same result.
     */
    private static final long LEAST_NATIVE_WORK = 1 << 22;

    private Product() {}

    /** Whether a product [m, k] [k, n] is for the native library; loads it then. */
    static boolean isNative(long m, long k, long n) {
        return m * k * n >= LEAST_NATIVE_WORK && NativeAlgebra.isAvailable();
    }

    /** {@code A B}, either transposed before. */
    static Matrix of(Matrix a, boolean turnA, Matrix b, boolean turnB) {
        int m = turnA ? a.columns() : a.rows();
        int k = turnA ? a.rows() : a.columns();
        int n = turnB ? b.rows() : b.columns();
        if (k != (turnB ? b.columns() : b.rows())) {
            throw new IllegalArgumentException(
                    "no product of %s%s and %s%s"
                            .formatted(
                                    a, turnA ? " transposed" : "", b, turnB ? " transposed" : ""));
        }
        if (isNative(m, k, n)) {
            return Matrix.over(m, n, NativeAlgebra.product(a, turnA, b, turnB));
        }
        return loop(turnA ? a.transposed() : a, turnB ? b.transposed() : b);
    }

    private static Matrix loop(Matrix a, Matrix b) {
        int n = b.columns();
        double[] sums = new double[Math.multiplyExact(a.rows(), n)];
        for (int i = 0; i < a.rows(); i++) {
            for (int l = 0; l < a.columns(); l++) {
                double factor = a.get(i, l);
                for (int j = 0; j < n; j++) {
                    sums[i * n + j] += factor * b.values[l * n + j];
                }
            }
        }
        return Matrix.over(a.rows(), n, sums);
    }
}
