package dev.espalier.quantize.option;

/** Where the mean error of a layer's output is taken from. */
public enum CorrectionMethod {
    /** Measured on calibration data. */
    ACTIVATIONS,
    /** Computed from the statistics of batch normalization before the layer; needs no data. */
    ANALYTIC
}
