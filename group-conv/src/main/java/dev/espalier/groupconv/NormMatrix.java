package dev.espalier.groupconv;

import dev.espalier.core.ir.Tensor;
import dev.espalier.groupconv.structure.Permutation;
import java.util.Arrays;

/**
 * The matrix S of a convolution, {@code S[o, i] = ||W[o, i, :, :]||_1}: how much output channel o
 * has of input channel i. The weight of a group convolution has a block-diagonal one.
 */
public final class NormMatrix {
    private final int rows;
    private final int columns;
    private final double[] norms;

    private NormMatrix(int rows, int columns, double[] norms) {
        this.rows = rows;
        this.columns = columns;
        this.norms = norms;
    }

    /**
     * @param weight [Co, Ci, ..] with any number of kernel axes
     */
    public static NormMatrix of(Tensor weight) {
        int rows = Math.toIntExact(weight.shape().size(0));
        int columns = Math.toIntExact(weight.shape().size(1));
        float[] values = weight.toFloats();
        double[] norms = new double[rows * columns];
        int kernel = values.length / norms.length;
        for (int i = 0; i < values.length; i++) {
            norms[i / kernel] += Math.abs((double) values[i]);
        }
        return new NormMatrix(rows, columns, norms);
    }

    /**
     * @param norms row by row, none negative
     */
    static NormMatrix of(int rows, int columns, double... norms) {
        if (norms.length != rows * columns) {
            throw new IllegalArgumentException(
                    "%s norms are no matrix of %s x %s".formatted(norms.length, rows, columns));
        }
        return new NormMatrix(rows, columns, norms.clone());
    }

    /** Number of output channels. */
    public int rows() {
        return rows;
    }

    /** Number of input channels. */
    public int columns() {
        return columns;
    }

    public double at(int row, int column) {
        return norms[row * columns + column];
    }

    /** The sum of all norms. */
    public double total() {
        return Arrays.stream(norms).sum();
    }

    /** The largest norm; 0 where there is none. */
    public double largest() {
        return Arrays.stream(norms).max().orElse(0);
    }

    /** The matrix with rows and columns in these orders, {@code S[outputs(r), inputs(c)]}. */
    public NormMatrix ordered(Permutation outputs, Permutation inputs) {
        double[] ordered = new double[norms.length];
        for (int row = 0; row < rows; row++) {
            int from = outputs.at(row) * columns;
            for (int column = 0; column < columns; column++) {
                ordered[row * columns + column] = norms[from + inputs.at(column)];
            }
        }
        return new NormMatrix(rows, columns, ordered);
    }

    NormMatrix transposed() {
        double[] transposed = new double[norms.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                transposed[column * rows + row] = norms[row * columns + column];
            }
        }
        return new NormMatrix(columns, rows, transposed);
    }
}
