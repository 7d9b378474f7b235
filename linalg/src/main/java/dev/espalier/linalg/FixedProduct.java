package dev.espalier.linalg;

import java.util.stream.IntStream;

/**
 * {@code X A} in 32-bit floats, for one A and many X of one size: A is converted once and stays
 * where the products are computed.
 */
public final class FixedProduct implements AutoCloseable {
    private final int rows;
    private final int depth;
    private final int columns;
    private final float[] values;
    private final NativeAlgebra.Factor factor;

    /**
     * @param a A [depth, columns]
     * @param rows of each X
     */
    public FixedProduct(Matrix a, int rows) {
        this.rows = rows;
        this.depth = a.rows();
        this.columns = a.columns();
        float[] floats = new float[a.values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) a.values[i];
        }
        boolean isNative = Product.isNative(rows, depth, columns);
        values = isNative ? null : floats;
        factor = isNative ? new NativeAlgebra.Factor(floats, depth, columns, rows) : null;
    }

    /**
     * @param x X [rows, depth], row after row, not modified
     * @return X A [rows, columns]
     */
    public float[] of(float[] x) {
        if (x.length != rows * depth) {
            throw new IllegalArgumentException(
                    "X of %d values, expected [%d, %d]".formatted(x.length, rows, depth));
        }
        float[] result = new float[Math.multiplyExact(rows, columns)];
        if (factor != null) {
            factor.times(x, result);
        } else {
            IntStream.range(0, rows).parallel().forEach(row -> loop(x, row, result));
        }
        return result;
    }

    private void loop(float[] x, int row, float[] result) {
        int at = row * columns;
        for (int l = 0; l < depth; l++) {
            float scale = x[row * depth + l];
            for (int j = 0; j < columns; j++) {
                result[at + j] += scale * values[l * columns + j];
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
