package dev.espalier.linalg;

/**
 * The thin singular value decomposition {@code A = U diag(values) V'} of A [m, n], with r the less
 * of m and n, by LAPACK's gesvd.
 *
 * @param u U [m, r] with orthonormal columns
 * @param values the singular values [r, 1], the greatest first
 * @param v V [n, r] with orthonormal columns
 */
public record Svd(Matrix u, Matrix values, Matrix v) {
    /**
     * @throws SingularMatrixException where A holds no finite numbers
     */
    public static Svd of(Matrix a) {
        if (a.rows() < a.columns()) {
            Svd turned = of(a.transposed());
            return new Svd(turned.v, turned.values, turned.u);
        }
        // LAPACK returns all of [m, m]; behind a QR that is only [n, n].
        NativeAlgebra.Qr qr = NativeAlgebra.qr(a);
        Svd square = NativeAlgebra.svd(qr.r());
        return new Svd(qr.q().times(square.u), square.values, square.v);
    }
}
