package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FactorizationCheckTest {
    @Test
    void orthonormalColumnsAreExactAndOthersAreNot() {
        Matrix q = Matrix.identity(5);
        Matrix off = Matrix.of(5, 5, (i, j) -> i == j ? 1 : i == 4 && j == 0 ? 1e-6 : 0);
        Matrix nothing = Matrix.of(5, 5, (i, j) -> Double.NaN);

        assertThat(FactorizationCheck.isExact(new NativeAlgebra.Qr(q, q))).isTrue();
        assertThat(FactorizationCheck.isExact(new NativeAlgebra.Qr(off, q))).isFalse();
        assertThat(FactorizationCheck.isExact(new NativeAlgebra.Qr(nothing, q))).isFalse();
    }

    @Test
    void theBuildRunsWhereLargeFactorizationsAreRight() {
        assertThat(FactorizationCheck.problem(100)).isEmpty();
        assertThat(FactorizationCheck.problem(1000)).isEmpty();
    }
}
