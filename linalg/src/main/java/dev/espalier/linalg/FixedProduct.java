package dev.espalier.linalg;

/**
 * Products {@code X A} in 32-bit floats, for one A and many X: A is converted once and stays where
 * the products are computed.
 */
public final class FixedProduct implements AutoCloseable {
    private final int depth;
    private final int columns;
    private final int rowsAtOnce;
    private final float[] values;
    private final NativeAlgebra.Factor factor;

    /**
     * @param a A [depth, columns]
     * @param rows that there are to multiply each time
     */
    public FixedProduct(Matrix a, int rows) {
        depth = a.rows();
        columns = a.columns();
        float[] floats = new float[a.values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) a.values[i];
        }
        boolean isNative = Product.isNative(rows, depth, columns);
        rowsAtOnce = isNative ? rows : 1;
        values = isNative ? null : floats;
        factor = isNative ? new NativeAlgebra.Factor(floats, depth, columns, rows) : null;
    }

    /**
     * How many rows each X has: all where the product is large, and one where it is not. Those of
     * one row may be computed by several threads at once.
     */
    public int rowsAtOnce() {
        return rowsAtOnce;
    }

    /**
     * {@code result += X A}.
     *
     * @param x X [rowsAtOnce, depth], row after row, not modified
     * @param result [rowsAtOnce, columns]
     */
    public void add(float[] x, float[] result) {
        if (x.length != rowsAtOnce * depth || result.length != rowsAtOnce * columns) {
            throw new IllegalArgumentException(
                    "X of %s values and a result of %s, expected [%s, %s] and [%s, %s]"
                            .formatted(
                                    x.length,
                                    result.length,
                                    rowsAtOnce,
                                    depth,
                                    rowsAtOnce,
                                    columns));
        }
        if (factor != null) {
            factor.add(x, result);
            return;
        }
        for (int l = 0; l < depth; l++) {
            float scale = x[l];
            for (int j = 0; j < columns; j++) {
                result[j] += scale * values[l * columns + j];
            }
        }
    }

    @Override
    public void close() {
        if (factor != null) {
            factor.close();
        }
    }
}
