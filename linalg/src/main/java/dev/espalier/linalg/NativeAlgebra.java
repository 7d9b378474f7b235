package dev.espalier.linalg;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.blas.Lapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The door to ND4J, whose arrays are column after column here, as BLAS and LAPACK have them: the
 * values of a {@link Matrix} are its transpose then.
 *
 * <p>Of the operations of ND4J 1.0.0-M2.1 only those are used that were found right: {@code syrk}
 * and {@code trsm} are not, they hand wrong sizes to BLAS.
 */
final class NativeAlgebra {
    private NativeAlgebra() {}

    /** Loads the library where it is not loaded yet. */
    static boolean isAvailable() {
        return NativeLibrary.problem().isEmpty();
    }

    private static void require() {
        NativeLibrary.problem()
                .ifPresent(
                        problem -> {
                            throw new NativeLibraryException(problem);
                        });
    }

    /** {@code A B}, either transposed before, row after row; the caller asked whether we can. */
    static double[] product(Matrix a, boolean turnA, Matrix b, boolean turnB) {
        int m = turnA ? a.columns() : a.rows();
        int n = turnB ? b.rows() : b.columns();
        try (INDArray left = transpose(b);
                INDArray right = transpose(a);
                INDArray product = empty(DataType.DOUBLE, n, m)) {
            Nd4j.getBlasWrapper().level3().gemm(left, right, product, turnB, turnA, 1, 0);
            return values(product);
        }
    }

    /** The right factor of products in 32-bit floats, kept outside of the heap. */
    static final class Factor implements AutoCloseable {
        private final INDArray factor;
        private final INDArray x;
        private final INDArray product;

        Factor(float[] values, int depth, int columns, int rows) {
            factor = Nd4j.create(values, new long[] {columns, depth}, 'f');
            x = empty(DataType.FLOAT, depth, rows);
            product = empty(DataType.FLOAT, columns, rows);
        }

        /** {@code result += X A}. */
        void add(float[] values, float[] result) {
            ((FloatPointer) x.data().pointer()).put(values);
            ((FloatPointer) product.data().pointer()).put(result);
            Nd4j.getBlasWrapper().level3().gemm(factor, x, product, false, false, 1, 1);
            ((FloatPointer) product.data().pointer()).get(result);
        }

        @Override
        public void close() {
            factor.close();
            x.close();
            product.close();
        }
    }

    /** {@code A = Q R}: Q [m, n] with orthonormal columns, R [n, n] zero below its diagonal. */
    record Qr(Matrix q, Matrix r) {}

    static Qr qr(Matrix a) {
        requireExact(a.columns());
        return factorized(a);
    }

    private static void requireExact(int columns) {
        FactorizationCheck.problem(columns)
                .ifPresent(
                        problem -> {
                            throw new NativeLibraryException(problem);
                        });
    }

    /** {@link #qr} on any processor. */
    static Qr factorized(Matrix a) {
        try (INDArray q = columns(a);
                INDArray r = empty(DataType.DOUBLE, a.columns(), a.columns())) {
            lapack().geqrf(q, r);
            return new Qr(matrix(q), matrix(r));
        }
    }

    static SymmetricEigen eigen(Matrix a) {
        requireExact(a.columns());
        try (INDArray vectors = columns(a);
                INDArray values = empty(DataType.DOUBLE, a.rows(), 1)) {
            lapack().syev('V', 'L', vectors, values);
            return new SymmetricEigen(matrix(values), matrix(vectors));
        }
    }

    /** Of a square matrix. */
    static Svd svd(Matrix a) {
        int n = a.rows();
        requireExact(n);
        try (INDArray all = columns(a);
                INDArray u = empty(DataType.DOUBLE, n, n);
                INDArray values = empty(DataType.DOUBLE, n, 1);
                INDArray turnedV = empty(DataType.DOUBLE, n, n)) {
            lapack().gesvd(all, values, u, turnedV);
            return new Svd(matrix(u), matrix(values), matrix(turnedV).transposed());
        }
    }

    private static Lapack lapack() {
        return Nd4j.getBlasWrapper().lapack();
    }

    private static INDArray empty(DataType type, int rows, int columns) {
        return Nd4j.createUninitialized(type, new long[] {rows, columns}, 'f');
    }

    /** [columns, rows] of a matrix [rows, columns], without moving a value. */
    private static INDArray transpose(Matrix a) {
        return Nd4j.create(a.values, new long[] {a.columns(), a.rows()}, 'f');
    }

    private static INDArray columns(Matrix a) {
        for (double value : a.values) {
            if (!Double.isFinite(value)) {
                throw new SingularMatrixException(a + " holds " + value + ", expected numbers");
            }
        }
        require();
        return transpose(a.transposed());
    }

    private static Matrix matrix(INDArray array) {
        int rows = Math.toIntExact(array.size(0));
        int columns = Math.toIntExact(array.size(1));
        return Matrix.over(columns, rows, values(array)).transposed();
    }

    private static double[] values(INDArray array) {
        double[] values = new double[Math.toIntExact(array.length())];
        ((DoublePointer) array.data().pointer()).get(values);
        return values;
    }
}
