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
                    "a matrix [%s, %s] of %s values".formatted(rows, columns, values.length));
        }
        return new Matrix(rows, columns, values);
    }

    /** What stands in a row and a column. */
    public interface Entries {
        double get(int row, int column);
    }

    /** A matrix [rows, columns] of what {@code entries} says. */
    public static Matrix of(int rows, int columns, Entries entries) {
        double[] values = new double[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                values[i * columns + j] = entries.get(i, j);
            }
        }
        return new Matrix(rows, columns, values);
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
                        "row %s has %s values, row 0 has %s".formatted(i, rows[i].length, columns));
            }
            System.arraycopy(rows[i], 0, values, i * columns, columns);
        }
        return new Matrix(rows.length, columns, values);
    }

    /** Ones on the diagonal of {@code size} rows and columns. */
    public static Matrix identity(int size) {
        return of(size, size, (i, j) -> i == j ? 1 : 0);
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

    /** A copy of all rows. */
    public double[][] toRows() {
        double[][] all = new double[rows][];
        Arrays.setAll(all, this::row);
        return all;
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
        return of(columns, rows, (i, j) -> get(j, i));
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

    /** The sum of the products of what stands in the same place of this and {@code other}. */
    public double dot(Matrix other) {
        if (rows != other.rows || columns != other.columns) {
            throw new IllegalArgumentException("no dot product of " + this + " and " + other);
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] * other.values[i];
        }
        return sum;
    }

    @Override
    public String toString() {
        return "matrix [%s, %s]".formatted(rows, columns);
    }
}
