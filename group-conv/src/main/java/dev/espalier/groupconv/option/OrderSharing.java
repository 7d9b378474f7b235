package dev.espalier.groupconv.option;

/** Which sides of layers are to have one order of channels. */
public enum OrderSharing {
    /** None: each layer has the two orders that suit it best. Most of them cost a Gather. */
    LAYER,
    /**
     * The outputs of a layer and the inputs of the next one; along a residual stream all layers
     * that read it, and all that add to it. Groups of both mix, and about one Gather stays for each
     * residual branch.
     */
    BRANCH,
    /**
     * As {@link #STAGE}, but for some layers that read in an order of their own, so that groups
     * mix: as many as there may be Gathers by {@code folded}.
     */
    MIXED,
    /** All that read or make the same channels. No Gather stays, and groups hardly mix. */
    STAGE
}
