package dev.espalier.prune;

/** What the importance of a filter is taken to be. */
public enum Criterion {
    /**
     * The sum of the magnitudes of its weights, as they act: behind a batch norm times {@code
     * |scale| / sqrt(variance + epsilon)}. Li et al., Pruning Filters for Efficient ConvNets, 2017.
     */
    L1
}
