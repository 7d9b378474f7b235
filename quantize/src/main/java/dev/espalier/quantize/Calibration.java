package dev.espalier.quantize;

/** How the range of an activation is chosen from what calibration saw. */
public enum Calibration {
    /** From the least to the greatest value: nothing is cut off, one outlier costs resolution. */
    MIN_MAX,
    /** Cuts a stated share of the values off at either end, for finer steps in between. */
    PERCENTILE
}
