package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeastSquaresTest {
    /** A line through (0, 1), (1, 3), (2, 5), (3, 6): 1.2 + 1.7 x. */
    @Test
    void fitsALine() {
        Matrix a = Matrix.of(new double[][] {{1, 0}, {1, 1}, {1, 2}, {1, 3}});
        Matrix b = Matrix.of(new double[][] {{1}, {3}, {5}, {6}});

        Matrices.assertNear(
                LeastSquares.solve(a, b), Matrix.of(new double[][] {{1.2}, {1.7}}), 1e-12);
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "9,9,2", "40,7,3", "300,150,200"})
    void theResidualIsOrthogonalToEveryColumn(int m, int n, int k) {
        Matrix a = Matrices.random(1, m, n);
        Matrix b = Matrices.random(2, m, k);
        Matrix x = LeastSquares.solve(a, b);

        Matrix turned = a.transposed();
        Matrices.assertNear(
                Matrices.product(turned, Matrices.product(a, x)),
                Matrices.product(turned, b),
                1e-11);
    }

    @Test
    void columnsThatDependOnEachOtherAreRefused() {
        Matrix twice = Matrix.of(new double[][] {{1, 2}, {2, 4}, {3, 6}});

        assertThatThrownBy(() -> LeastSquares.solve(twice, Matrices.random(1, 3, 1)))
                .isInstanceOf(SingularMatrixException.class)
                .hasMessageContaining("least squares of matrix [3, 2]: column 1 depends");
        assertThatThrownBy(
                        () ->
                                LeastSquares.solve(
                                        Matrix.over(1, 1, new double[1]), Matrix.identity(1)))
                .isInstanceOf(SingularMatrixException.class);
        assertThatThrownBy(
                        () ->
                                LeastSquares.solve(
                                        Matrix.of(new double[][] {{Double.NaN}}),
                                        Matrix.identity(1)))
                .isInstanceOf(SingularMatrixException.class)
                .hasMessage("matrix [1, 1] holds NaN, expected numbers");
    }

    @Test
    void fewerRowsThanColumnsAreRefused() {
        assertThatThrownBy(
                        () ->
                                LeastSquares.solve(
                                        Matrices.random(1, 2, 3), Matrices.random(1, 2, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
