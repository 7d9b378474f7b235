package dev.espalier.quantize.internal.grid;

/**
 * The dot product of unsigned and signed bytes as the instruction VPMADDUBSW makes ONNX Runtime
 * compute it: neighbours of the sum are multiplied and added in 16 bits, and only these sums in 32.
 *
 * <pre>
 *   exact       sum over k of a[k] w[k]
 *   saturating  sum over j of clamp(a[2j] w[2j] + a[2j+1] w[2j+1], -32768, 32767)
 * </pre>
 */
public final class PairSums {
    private static final int LEAST = Short.MIN_VALUE;
    private static final int GREATEST = Short.MAX_VALUE;
    private static final int GREATEST_BYTE = 255;

    private PairSums() {}

    /** What is lost of {@code a0 w0 + a1 w1}: what has to be added to the exact sum. */
    public static int excess(int a0, int w0, int a1, int w1) {
        int sum = a0 * w0 + a1 * w1;
        return Math.min(Math.max(sum, LEAST), GREATEST) - sum;
    }

    /** Whether there are bytes for which these weights' products saturate. */
    public static boolean canSaturate(int w0, int w1) {
        return excess(w0 > 0 ? GREATEST_BYTE : 0, w0, w1 > 0 ? GREATEST_BYTE : 0, w1) != 0
                || excess(w0 < 0 ? GREATEST_BYTE : 0, w0, w1 < 0 ? GREATEST_BYTE : 0, w1) != 0;
    }
}
