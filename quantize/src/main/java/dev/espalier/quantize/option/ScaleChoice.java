package dev.espalier.quantize.option;

/** How the scale of a block is chosen. */
public enum ScaleChoice {
    /** By the largest weight: nothing is cut off. */
    MAX,
    /** By the least {@code sum (w - w')^2} over a row of scales around that one. */
    MEAN_SQUARED_ERROR
}
