package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriangleTest {
    @Test
    void solvesDownAndUp() {
        Triangle triangle = new Triangle(Matrix.of(new double[][] {{2, 0}, {1, 4}}));
        Matrix b = Matrix.of(new double[][] {{2}, {9}});

        assertThat(triangle.solve(b).values).containsExactly(1, 2);
        assertThat(triangle.inverse().values).containsExactly(0.5, 0, -0.125, 0.25);
        assertThat(triangle.solveTransposed(b).values).containsExactly(-0.125, 2.25);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "128,2", "129,300", "400,90"})
    void solvingUndoesTheProduct(int size, int columns) {
        Matrix lower = Cholesky.of(Matrices.definite(3, size)).lower();
        Triangle triangle = new Triangle(lower);
        Matrix x = Matrices.random(4, size, columns);

        Matrices.assertNear(triangle.solve(Matrices.product(lower, x)), x, 1e-10);
        Matrices.assertNear(
                triangle.solveTransposed(Matrices.product(lower.transposed(), x)), x, 1e-10);
    }

    @Test
    void aZeroOnTheDiagonalIsRefused() {
        assertThatThrownBy(() -> new Triangle(Matrix.of(new double[][] {{1, 0}, {1, 0}})))
                .isInstanceOf(SingularMatrixException.class)
                .hasMessage("the triangle matrix [2, 2] has a zero in row 1 of its diagonal");
    }
}
