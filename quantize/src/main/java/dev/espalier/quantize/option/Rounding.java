package dev.espalier.quantize.option;

/** How a weight finds its integer. */
public enum Rounding {
    /** Each weight on its own, to the nearest. */
    NEAREST,
    /** Up or down, whichever keeps the layer's output on calibration data; needs data. */
    LEARNED
}
