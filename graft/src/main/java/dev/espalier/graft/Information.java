package dev.espalier.graft;

/** What the information of a layer is taken to be, which decides how much of it is kept. */
public enum Information {
    /** Entropy of the histogram of its weights. */
    ENTROPY,
    /** Mean magnitude of its weights, the L1 norm for each weight. */
    L1,
    /**
     * Magnitude of the batch-norm scale of each channel, so that every channel has a share of its
     * own; layers that none scales go by entropy. See {@link ChannelwiseBlend}.
     */
    SCALE,
    /** The same for all layers, so that every share is the same: a control. */
    NONE;

    double of(float[] weights, int bins) {
        return switch (this) {
            case ENTROPY, SCALE -> Entropy.of(weights, bins);
            case L1 -> meanMagnitude(weights);
            case NONE -> 0;
        };
    }

    private static double meanMagnitude(float[] weights) {
        double sum = 0;
        for (float weight : weights) {
            sum += Math.abs((double) weight);
        }
        return weights.length == 0 ? 0 : sum / weights.length;
    }
}
