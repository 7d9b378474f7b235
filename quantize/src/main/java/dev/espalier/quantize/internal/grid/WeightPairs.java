package dev.espalier.quantize.internal.grid;

import dev.espalier.core.ir.Shape;
import java.util.stream.IntStream;

/**
 * Which weights of a layer ONNX Runtime multiplies side by side: x86 CPUs without VNNI instructions
 * add the two products of such a pair in 16 bits (see {@link PairSums}). Positions are those of the
 * weight tensor's elements in row-major order.
 *
 * <pre>
 *   a filter's weights in the order k = 0, 1, ..     pairs (0, 1), (2, 3), ..; a last one is alone
 *   Conv        channels of one pixel of the window, then those of the next
 *   MatMul ..   down a column
 * </pre>
 *
 * <p>A convolution with one input and one output channel in each group is computed in 32 bits and
 * has no pairs; one with one input and more output channels has.
 */
public final class WeightPairs {
    /** Of layers that are computed without pairs. */
    public static final WeightPairs NONE = new WeightPairs(new int[0], new int[0]);

    private final int[] first;
    private final int[] second;

    private WeightPairs(int[] first, int[] second) {
        this.first = first;
        this.second = second;
    }

    /** Says where in the tensor a filter's k-th weight lies. */
    private interface Order {
        int position(int filter, int k);
    }

    private static WeightPairs of(int filters, int depth, Order order) {
        int each = depth / 2;
        int[] first = new int[Math.multiplyExact(filters, each)];
        int[] second = new int[first.length];
        for (int i = 0; i < first.length; i++) {
            first[i] = order.position(i / each, i % each * 2);
            second[i] = order.position(i / each, i % each * 2 + 1);
        }
        return new WeightPairs(first, second);
    }

    /**
     * Of a convolution.
     *
     * @param weight [M, C / groups, k..]
     */
    public static WeightPairs ofFilters(Shape weight, long groups) {
        int filters = Math.toIntExact(weight.size(0));
        int channels = Math.toIntExact(weight.size(1));
        if (channels == 1 && filters == groups || weight.elementCount() == 0) {
            return NONE;
        }
        int depth = Math.toIntExact(weight.elementCount() / filters);
        int pixels = depth / channels;
        return of(filters, depth, (m, k) -> m * depth + k % channels * pixels + k / channels);
    }

    /**
     * Of a product whose second factor is the weight.
     *
     * @param weight [.., K, N]
     */
    public static WeightPairs ofColumns(Shape weight) {
        if (weight.elementCount() == 0) {
            return NONE;
        }
        int depth = Math.toIntExact(weight.size(-2));
        int columns = Math.toIntExact(weight.size(-1));
        int filters = Math.toIntExact(weight.elementCount() / depth);
        return of(filters, depth, (m, k) -> (m / columns * depth + k) * columns + m % columns);
    }

    /**
     * Of a product whose second factor is the weight transposed.
     *
     * @param weight [N, K]
     */
    public static WeightPairs ofRows(Shape weight) {
        int depth = Math.toIntExact(weight.size(1));
        return of(Math.toIntExact(weight.size(0)), depth, (m, k) -> m * depth + k);
    }

    /** Each weight beside itself, so that whichever two are, they cannot saturate: up to 64. */
    public static WeightPairs ofEach(Shape weight) {
        int[] all = IntStream.range(0, Math.toIntExact(weight.elementCount())).toArray();
        return new WeightPairs(all, all);
    }

    /** These pairs and {@code more} of the same tensor. */
    public WeightPairs and(WeightPairs more) {
        return new WeightPairs(joined(first, more.first), joined(second, more.second));
    }

    private static int[] joined(int[] a, int[] b) {
        return IntStream.concat(IntStream.of(a), IntStream.of(b)).toArray();
    }

    /**
     * These pairs as pairs of another tensor, of which this one's is made.
     *
     * @param origin for each element of this tensor the position of the other one's element that
     *     stands there, or -1 for a zero, which saturates with nothing
     */
    public WeightPairs through(int[] origin) {
        int[] kept =
                IntStream.range(0, size())
                        .filter(i -> origin[first[i]] >= 0 && origin[second[i]] >= 0)
                        .toArray();
        return new WeightPairs(
                IntStream.of(kept).map(i -> origin[first[i]]).toArray(),
                IntStream.of(kept).map(i -> origin[second[i]]).toArray());
    }

    /** Those of these pairs whose products can saturate. */
    public WeightPairs saturating(long[] weights) {
        int[] kept =
                IntStream.range(0, size())
                        .filter(
                                i ->
                                        PairSums.canSaturate(
                                                (int) weights[first[i]], (int) weights[second[i]]))
                        .toArray();
        return new WeightPairs(
                IntStream.of(kept).map(i -> first[i]).toArray(),
                IntStream.of(kept).map(i -> second[i]).toArray());
    }

    /** How many pairs there are. */
    public int size() {
        return first.length;
    }

    /** Position of the i-th pair's first weight. */
    public int first(int i) {
        return first[i];
    }

    /** Position of the i-th pair's second weight. */
    public int second(int i) {
        return second[i];
    }
}
