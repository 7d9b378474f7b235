package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {
    @Test
    void valuesComeFromTheLeast() {
        SymmetricEigen eigen = SymmetricEigen.of(Matrix.of(new double[][] {{2, 99}, {1, 2}}));

        Matrices.assertNear(eigen.values(), Matrix.of(new double[][] {{1}, {3}}), 1e-14);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 9, 120, 200})
    void everyVectorIsOnlyScaledByTheMatrix(int size) {
        Matrix a = Matrices.definite(5, size);
        SymmetricEigen eigen = SymmetricEigen.of(a);

        Matrix vectors = eigen.vectors();
        Matrix scaled = Matrices.product(a, vectors);
        for (int j = 0; j < size; j++) {
            Matrix vector = vectors.block(0, j, size, 1);
            Matrix value = Matrix.over(1, 1, eigen.values().row(j));
            Matrices.assertNear(
                    scaled.block(0, j, size, 1), Matrices.product(vector, value), 1e-10);
        }
        Matrices.assertNear(
                Matrices.product(vectors.transposed(), vectors), Matrix.identity(size), 1e-12);
    }

    @Test
    void whatIsNotSquareOrNoNumberIsRefused() {
        assertThatThrownBy(() -> SymmetricEigen.of(Matrices.random(1, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                SymmetricEigen.of(
                                        Matrix.of(new double[][] {{Double.POSITIVE_INFINITY}})))
                .isInstanceOf(SingularMatrixException.class)
                .hasMessage("matrix [1, 1] holds Infinity, expected numbers");
    }
}
