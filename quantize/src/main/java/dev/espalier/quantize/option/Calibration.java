package dev.espalier.quantize.option;

/**
 * How the range of an activation is chosen from what calibration saw. All of these are taken from
 * one pass over the samples, and none depends on the samples' order.
 */
public enum Calibration {
    /** From the least to the greatest value: nothing is cut off, one outlier costs resolution. */
    MIN_MAX,
    /**
     * From the mean of all samples' least values to the mean of their greatest: what a moving
     * average tends to, but the same for every order of the samples.
     */
    AVERAGE,
    /** Cuts a stated share of the values off at either end, for finer steps in between. */
    PERCENTILE,
    /**
     * The range at which the values' distribution on the grid tells least from the one before, by
     * the Kullback-Leibler divergence. See Migacz, 8-bit Inference with TensorRT, 2017.
     */
    ENTROPY,
    /** The range with the least mean squared error of the rounded and cut off values. */
    MSE
}
