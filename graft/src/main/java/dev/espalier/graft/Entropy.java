package dev.espalier.graft;

/**
 * The information of a layer: {@code H(W) = -sum_k p_k ln p_k} over a histogram of all its weights
 * in bins of equal width between the smallest and the largest. See Meng et al., Filter Grafting for
 * Deep Neural Networks, 2020, equation 6.
 *
 * <p>Bins are open to the right, the last one included, as in the authors' code: the largest
 * weights fall outside and the shares add up to a little less than 1. A layer whose weights are all
 * the same has no information.
 */
final class Entropy {
    private Entropy() {}

    /** The entropy in nats, from 0 to {@code ln bins}. */
    static double of(float[] weights, int bins) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float weight : weights) {
            low = Math.min(low, weight);
            high = Math.max(high, weight);
        }
        if (!(high > low)) {
            return 0;
        }
        long[] counts = new long[bins];
        double width = ((double) high - low) / bins;
        for (float weight : weights) {
            int bin = (int) (((double) weight - low) / width);
            if (weight < high) {
                counts[Math.min(bin, bins - 1)]++;
            }
        }
        double entropy = 0;
        for (long count : counts) {
            if (count > 0) {
                double share = (double) count / weights.length;
                entropy -= share * Math.log(share);
            }
        }
        return entropy;
    }
}
