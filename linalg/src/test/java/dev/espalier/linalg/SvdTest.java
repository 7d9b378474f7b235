package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SvdTest {
    @Test
    void valuesComeFromTheGreatest() {
        Svd svd = Svd.of(Matrix.of(new double[][] {{3, 0}, {0, -5}, {0, 0}}));

        Matrices.assertNear(svd.values(), Matrix.of(new double[][] {{5}, {3}}), 1e-14);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "6,2", "2,6", "5,5", "130,60", "150,140"})
    void thePartsGiveTheMatrix(int m, int n) {
        Matrix a = Matrices.random(1, m, n);
        check(a);
    }

    @Test
    void aMatrixOfLowRankHasValuesOfZero() {
        Matrix a = Matrices.product(Matrices.random(1, 7, 2), Matrices.random(2, 2, 5));

        check(a);
        Matrices.assertNear(
                Svd.of(a).values().block(2, 0, 3, 1), Matrix.over(3, 1, new double[3]), 1e-14);
    }

    private static void check(Matrix a) {
        Svd svd = Svd.of(a);
        int r = Math.min(a.rows(), a.columns());
        double[][] diagonal = new double[r][r];
        for (int i = 0; i < r; i++) {
            diagonal[i][i] = svd.values().get(i, 0);
        }
        Matrices.assertNear(
                Matrices.product(
                        Matrices.product(svd.u(), Matrix.of(diagonal)), svd.v().transposed()),
                a,
                1e-12);
        Matrices.assertNear(
                Matrices.product(svd.u().transposed(), svd.u()), Matrix.identity(r), 1e-12);
        Matrices.assertNear(
                Matrices.product(svd.v().transposed(), svd.v()), Matrix.identity(r), 1e-12);
    }

    @Test
    void whatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> Svd.of(Matrix.of(new double[][] {{Double.NaN}})))
                .isInstanceOf(SingularMatrixException.class);
    }
}
