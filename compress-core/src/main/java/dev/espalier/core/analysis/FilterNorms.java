package dev.espalier.core.analysis;

import dev.espalier.core.ir.Tensor;

/** L1 norms of slices of a weight: of the filters of a convolution, for instance. */
public final class FilterNorms {
    private FilterNorms() {}

    /** The sum of the magnitudes at each index along {@code axis}, as a new array. */
    public static double[] l1(Tensor weight, int axis) {
        float[] values = weight.toFloats();
        int size = (int) weight.shape().size(axis);
        int inner = 1;
        for (int i = axis + 1; i < weight.shape().rank(); i++) {
            inner *= (int) weight.shape().size(i);
        }
        double[] norms = new double[size];
        for (int i = 0; i < values.length; i++) {
            norms[i / inner % size] += Math.abs((double) values[i]);
        }
        return norms;
    }
}
