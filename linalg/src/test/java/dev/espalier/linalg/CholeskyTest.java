package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CholeskyTest {
    @Test
    void theFactorIsThatOfTheBook() {
        Cholesky cholesky = Cholesky.of(Matrix.of(new double[][] {{4, 12}, {12, 37}}));

        assertThat(cholesky.lower().values).containsExactly(2, 0, 6, 1);
        assertThat(cholesky.inverse().values).containsExactly(9.25, -3, -3, 1);
    }

    @Test
    void onlyTheLowerTriangleIsLookedAt() {
        Cholesky cholesky = Cholesky.of(Matrix.of(new double[][] {{4, 99}, {12, 37}}));

        assertThat(cholesky.lower().values).containsExactly(2, 0, 6, 1);
    }

    /** One block, several, and such that the native library takes part. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 64, 65, 200, 500})
    void theFactorGivesTheMatrix(int size) {
        Matrix a = Matrices.definite(size, size);
        Cholesky cholesky = Cholesky.of(a);
        Matrix lower = cholesky.lower();

        Matrices.assertNear(Matrices.product(lower, lower.transposed()), a, 1e-13);
        Matrices.assertNear(Matrices.product(a, cholesky.inverse()), Matrix.identity(size), 1e-10);
        Matrix x = Matrices.random(9, size, 3);
        Matrices.assertNear(cholesky.solve(Matrices.product(a, x)), x, 1e-10);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 70, 400})
    void aSingularMatrixIsRefused(int size) {
        Matrix a = Matrices.random(1, size - 1, size);

        assertThatThrownBy(() -> Cholesky.of(Matrices.product(a.transposed(), a)))
                .isInstanceOf(SingularMatrixException.class)
                .hasMessageContaining("matrix [%d, %d] is not positive definite", size, size)
                .hasMessageContaining("row " + (size - 1));
    }

    @Test
    void whatIsNotPositiveOrNoNumberIsRefused() {
        for (double corner : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Cholesky.of(Matrix.of(new double[][] {{1, 0}, {0, corner}})))
                    .isInstanceOf(SingularMatrixException.class)
                    .hasMessageContaining("row 1");
        }
        assertThatThrownBy(() -> Cholesky.of(Matrix.of(new double[][] {{1, 0}})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matrix [1, 2] is not square");
    }

    /** Ten digits are lost, six are left. */
    @Test
    void anIllConditionedMatrixIsFactorized() {
        Matrix a = Matrix.of(new double[][] {{1, 1}, {1, 1 + 1e-10}});
        Matrix x = Cholesky.of(a).solve(Matrix.of(new double[][] {{2}, {2 + 1e-10}}));

        Matrices.assertNear(x, Matrix.of(new double[][] {{1}, {1}}), 1e-5);
    }
}
