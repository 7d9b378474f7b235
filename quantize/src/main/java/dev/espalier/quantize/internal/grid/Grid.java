package dev.espalier.quantize.internal.grid;

/**
 * The 256 real values that an unsigned byte can stand for: {@code x = (q - zeroPoint) * scale} with
 * {@code q} in 0..255; {@code q = saturate(roundHalfEven(x / scale) + zeroPoint)}, as ONNX's
 * QuantizeLinear computes it. Zero is always one of them, so that padding is exact.
 *
 * @param scale positive
 * @param zeroPoint the byte that stands for zero, 0..255
 */
public record Grid(float scale, int zeroPoint) {
    private static final int LEVELS = 255;

    /** Keeps the product of an activation's and a weight's scale a normal float. */
    static final float LEAST_SCALE = 1e-18f;

    public Grid {
        if (!(scale >= LEAST_SCALE) || Float.isInfinite(scale)) {
            throw new IllegalArgumentException("not a scale: " + scale);
        }
        if (zeroPoint < 0 || zeroPoint > LEVELS) {
            throw new IllegalArgumentException("not a zero point: " + zeroPoint);
        }
    }

    /**
     * The finest grid over {@code range} and zero: {@code scale = (high - low) / 255}. A range that
     * begins at zero has the zero point 0, so that saturation at byte 0 does what Relu does.
     */
    public static Grid over(ValueRange range) {
        double low = Math.min(range.low(), 0);
        double high = Math.max(range.high(), 0);
        if (low == high) {
            return new Grid(1, 0);
        }
        float scale = Math.max((float) ((high - low) / LEVELS), LEAST_SCALE);
        return new Grid(scale, saturate(Math.rint(-low / scale)));
    }

    /**
     * The finest grid with the zero point 128 that covers {@code range}: {@code scale = max(|low|,
     * |high|) / 127}. A range that begins at zero has the zero point 0 here, too: half of the grid
     * would be of no use, and a Relu could not be left to saturation.
     */
    public static Grid symmetric(ValueRange range) {
        double greatest = Math.max(-(double) range.low(), range.high());
        if (range.low() >= 0 || greatest == 0) {
            return over(range);
        }
        return new Grid(Math.max((float) (greatest / 127), LEAST_SCALE), 128);
    }

    public int quantize(float x) {
        // A float division, as the runtime does it.
        return saturate(Math.rint(x / scale) + zeroPoint);
    }

    float dequantize(int q) {
        return (q - zeroPoint) * scale;
    }

    float least() {
        return dequantize(0);
    }

    public float greatest() {
        return dequantize(LEVELS);
    }

    private static int saturate(double q) {
        return (int) Math.min(Math.max(q, 0), LEVELS);
    }
}
