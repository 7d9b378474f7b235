package dev.espalier.quantize.internal.calibration;

/**
 * A number that no grid has a place for, and where it was seen.
 *
 * @param value NaN or an infinity
 * @param example of the calibration samples that gave it first, or the first of those that ran with
 *     it; counted from 0
 */
public record NonFinite(float value, int example) {
    private static final int SIGN = 1 << 31;
    private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    /** Whether some of {@code values} is NaN or an infinity. */
    static boolean isAmong(float[] values) {
        // Magnitudes have the order of their bits, and a loop over integers runs several at once.
        int most = 0;
        for (float value : values) {
            most = Math.max(most, Float.floatToRawIntBits(value) & ~SIGN);
        }
        return most >= INFINITY;
    }

    /** The one that was seen first; {@code null} is later than any. */
    static NonFinite first(NonFinite one, NonFinite other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        boolean isOther =
                other.example < one.example
                        || other.example == one.example && other.value < one.value;
        return isOther ? other : one;
    }

    /** Half a sentence for messages. */
    @Override
    public String toString() {
        return "%s, first on calibration sample %s".formatted(value, example);
    }
}
