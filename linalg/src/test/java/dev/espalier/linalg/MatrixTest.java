package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixTest {
    private static final Matrix A = Matrix.of(new double[][] {{1, 2, 3}, {4, 5, 6}});

    @Test
    void productsAreThoseOfTheBook() {
        Matrix b = Matrix.of(new double[][] {{1, 0}, {0, 1}, {1, 1}});

        assertThat(A.times(b).values).containsExactly(4, 5, 10, 11);
        assertThat(A.timesTransposed(A).values).containsExactly(14, 32, 32, 77);
        assertThat(A.transposedTimes(A).row(0)).containsExactly(17, 22, 27);
        assertThat(A.transposed().row(2)).containsExactly(3, 6);
        assertThat(A.toRows()).isDeepEqualTo(new double[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(A.dot(A)).isEqualTo(91);
        assertThat(A.block(0, 1, 2, 2).values).containsExactly(2, 3, 5, 6);
    }

    /** Sizes on both sides of the one from which on the native library computes. */
    @ParameterizedTest
    @CsvSource({"1,1,1", "3,0,2", "7,5,9", "160,160,160", "170,190,180", "1,2048,2048"})
    void productsEqualThoseOfALoop(int m, int k, int n) {
        Matrix a = Matrices.random(1, m, k);
        Matrix b = Matrices.random(2, k, n);
        Matrix expected = Matrices.product(a, b);

        Matrices.assertNear(a.times(b), expected, 1e-13);
        Matrices.assertNear(a.timesTransposed(b.transposed()), expected, 1e-13);
        Matrices.assertNear(a.transposed().transposedTimes(b), expected, 1e-13);
    }

    @Test
    void nothingThatWasGivenChangesAMatrix() {
        double[][] rows = {{1, 2}, {3, 4}};
        Matrix matrix = Matrix.of(rows);
        rows[0][0] = 9;
        matrix.row(1)[0] = 9;

        assertThat(matrix.values).containsExactly(1, 2, 3, 4);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> A.times(A))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no product of matrix [2, 3] and matrix [2, 3]");
        assertThatThrownBy(() -> A.dot(Matrix.identity(1)))
                .hasMessage("no dot product of matrix [2, 3] and matrix [1, 1]");
        assertThatThrownBy(() -> Matrix.of(new double[][] {{1}, {1, 2}}))
                .hasMessage("row 1 has 2 values, row 0 has 1");
        assertThatThrownBy(() -> Matrix.over(2, 2, new double[3]))
                .hasMessage("a matrix [2, 2] of 3 values");
    }
}
