package dev.espalier.linalg;

import java.util.Arrays;

/** A matrix of 64-bit floats, [rows, columns]. It never changes. */
public final class Matrix {
    private final int rows;
    private final int columns;

    /** Row after row; whoever in this package gets it does not write into it. */
    final double[] values;

    private Matrix(int rows, int columns, double[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /** Takes {@code values} as they are, so that nobody may write into them from now on. */
    static Matrix over(int rows, int columns, double[] values) {
        if (values.length != Math.multiplyExact(rows, columns)) {
            throw new IllegalArgumentException(
                    "a matrix [%d, %d] of %d values".formatted(rows, columns, values.length));
        }
        return new Matrix(rows, columns, values);
    }

    /**
     * @param values [rows, columns], row after row, copied
     */
    public static Matrix of(int rows, int columns, double[] values) {
        return over(rows, columns, values.clone());
    }

    /**
     * @param rows all of one length, copied
     */
    public static Matrix of(double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        double[] values = new double[Math.multiplyExact(rows.length, columns)];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException(
                        "row %d has %d values, row 0 has %d".formatted(i, rows[i].length, columns));
            }
            System.arraycopy(rows[i], 0, values, i * columns, columns);
        }
        return new Matrix(rows.length, columns, values);
    }

    /** Ones on the diagonal of {@code size} rows and columns. */
    public static Matrix identity(int size) {
        double[] values = new double[Math.multiplyExact(size, size)];
        for (int i = 0; i < size; i++) {
            values[i * size + i] = 1;
        }
        return new Matrix(size, size, values);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public double get(int row, int column) {
        return values[row * columns + column];
    }

    /** A copy of one row. */
    public double[] row(int row) {
        return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }

    /** A copy of the part from row {@code top} and column {@code left} on. */
    public Matrix block(int top, int left, int height, int width) {
        double[] part = new double[Math.multiplyExact(height, width)];
        for (int i = 0; i < height; i++) {
            System.arraycopy(values, (top + i) * columns + left, part, i * width, width);
        }
        return new Matrix(height, width, part);
    }

    public Matrix transposed() {
        double[] turned = new double[values.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j * rows + i] = values[i * columns + j];
            }
        }
        return new Matrix(columns, rows, turned);
    }

    /** {@code A B} with this A [rows, columns] and B [columns, n]. */
    public Matrix times(Matrix b) {
        return Product.of(this, false, b, false);
    }

    /** {@code A B'} with this A [rows, columns] and B [n, columns]. */
    public Matrix timesTransposed(Matrix b) {
        return Product.of(this, false, b, true);
    }

    /** {@code A' B} with this A [rows, columns] and B [rows, n]. */
    public Matrix transposedTimes(Matrix b) {
        return Product.of(this, true, b, false);
    }

    @Override
    public String toString() {
        return "matrix [%d, %d]".formatted(rows, columns);
    }
}
