package dev.espalier.quantize.saturation;

import java.util.stream.IntStream;

/** The pairs of one filter's weights whose products can saturate. */
final class FilterPairs {
    /** Of filters that are computed without pairs. */
    static final FilterPairs NONE = of(new int[0], new int[0]);

    private final int[] first;
    private final int[] second;
    private final int[] firstWeight;
    private final int[] secondWeight;

    private FilterPairs(int[] first, int[] second, int[] firstWeight, int[] secondWeight) {
        this.first = first;
        this.second = second;
        this.firstWeight = firstWeight;
        this.secondWeight = secondWeight;
    }

    int count() {
        return first.length;
    }

    /** Position of the i-th pair's first weight in the filter as the model stores it. */
    int first(int i) {
        return first[i];
    }

    /** Position of the i-th pair's second weight. */
    int second(int i) {
        return second[i];
    }

    int firstWeight(int i) {
        return firstWeight[i];
    }

    int secondWeight(int i) {
        return secondWeight[i];
    }

    /**
     * @param filter [C, kH kW]; the runtime goes through the channels of one pixel after the other
     */
    static FilterPairs ofChannelsLast(int[] filter, int channels) {
        int pixels = filter.length / channels;
        int[] order =
                IntStream.range(0, filter.length)
                        .map(k -> k % channels * pixels + k / channels)
                        .toArray();
        return of(filter, order);
    }

    /** Column {@code column} of a matrix of {@code columns}. */
    static FilterPairs ofColumn(int[] matrix, int column, int columns) {
        int rows = matrix.length / columns;
        int[] values = new int[rows];
        for (int k = 0; k < rows; k++) {
            values[k] = matrix[k * columns + column];
        }
        return of(values, IntStream.range(0, rows).toArray());
    }

    /**
     * @param order positions of weights as they are added; a last one without a partner is alone
     */
    private static FilterPairs of(int[] weights, int[] order) {
        int[] found =
                IntStream.range(0, order.length / 2)
                        .filter(
                                j ->
                                        PairSums.canSaturate(
                                                weights[order[2 * j]], weights[order[2 * j + 1]]))
                        .toArray();
        int[] first = IntStream.of(found).map(j -> order[2 * j]).toArray();
        int[] second = IntStream.of(found).map(j -> order[2 * j + 1]).toArray();
        return new FilterPairs(
                first,
                second,
                IntStream.of(first).map(i -> weights[i]).toArray(),
                IntStream.of(second).map(i -> weights[i]).toArray());
    }
}
