package dev.espalier.groupconv.option;

/** What a layer is computed in when it is timed. */
public enum TimingPrecision {
    /** As it is written. */
    FLOAT,
    /**
     * In 8-bit integers, as it will be after {@code quantize}. Narrow groups that are fast in float
     * can be slower than the dense layer in integers.
     */
    INT8
}
