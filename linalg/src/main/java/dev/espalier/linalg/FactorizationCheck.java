package dev.espalier.linalg;

import java.util.Optional;

/**
 * Whether the library factorizes large matrices on this processor. OpenBLAS 0.3.19, which ND4J
 * brings, gives wrong numbers from 129 columns on with its kernels for AVX-512 on newer Xeons, and
 * right ones with those for AVX2. Which it takes is settled by {@code OPENBLAS_CORETYPE} of the
 * environment before the process starts, and by nothing later.
 */
final class FactorizationCheck {
    /** Above, the library works on blocks of columns. */
    private static final int COLUMNS = 136;

    private static final int ROWS = 160;
    private static final double ROUNDING = 1e-9;

    private static final class Found {
        private static final boolean EXACT = isExact(NativeAlgebra.factorized(sample()));
    }

    private FactorizationCheck() {}

    /** Columns that are far from depending on each other. */
    private static Matrix sample() {
        return Matrix.of(ROWS, COLUMNS, (i, j) -> Math.sin(1 + i * (j + 1.0)) + (i == j ? 3 : 0));
    }

    /** Whether the columns of Q are orthonormal. */
    static boolean isExact(NativeAlgebra.Qr qr) {
        Matrix q = qr.q();
        for (int a = 0; a < q.columns(); a++) {
            for (int b = 0; b <= a; b++) {
                double sum = 0;
                for (int i = 0; i < q.rows(); i++) {
                    sum += q.get(i, a) * q.get(i, b);
                }
                if (!(Math.abs(sum - (a == b ? 1 : 0)) < ROUNDING)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Why a matrix of so many columns should not be factorized; empty where nothing is wrong. */
    static Optional<String> problem(int columns) {
        if (columns < COLUMNS - Byte.SIZE || Found.EXACT) {
            return Optional.empty();
        }
        return Optional.of(
                "ND4J's native library factorizes a matrix of %s columns wrongly on this processor; start Java with the environment variable OPENBLAS_CORETYPE=Haswell, as the command line does"
                        .formatted(columns));
    }
}
