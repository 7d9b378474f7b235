package dev.espalier.linalg;

/**
 * {@code A = V diag(values) V'} of a symmetric A [n, n], by LAPACK's syev.
 *
 * @param values the eigenvalues [n, 1], the least first
 * @param vectors V [n, n], an eigenvector of length 1 in each column, either sign
 */
public record SymmetricEigen(Matrix values, Matrix vectors) {
    /**
     * @param a what is above its diagonal is not looked at
     * @throws SingularMatrixException where A holds no finite numbers
     */
    public static SymmetricEigen of(Matrix a) {
        if (a.rows() != a.columns()) {
            throw new IllegalArgumentException(a + " is not square");
        }
        return NativeAlgebra.eigen(a);
    }
}
