package dev.espalier.groupconv.option;

import dev.espalier.core.profile.Precision;

/** What a layer is computed in when it is timed. */
public enum TimingPrecision {
    /** What the recipe ends in: integers where {@code quantize} or the like comes later. */
    AUTO,
    /** As it is written. */
    FLOAT,
    /**
     * In 8-bit integers, as it will be after {@code quantize}. Narrow groups that are fast in float
     * can be slower than the dense layer in integers.
     */
    INT8;

    /**
     * What layers are timed in.
     *
     * @param end what they are computed in when all passes are done
     */
    public Precision resolved(Precision end) {
        return switch (this) {
            case AUTO -> end;
            case FLOAT -> Precision.FLOAT;
            case INT8 -> Precision.INT8;
        };
    }
}
