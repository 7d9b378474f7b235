package dev.espalier.groupconv.option;

/** What a share of the network is counted in. */
public enum Measure {
    /** Multiply-accumulates of convolutions that can be cut. */
    MACS,
    /** Weights of convolutions that can be cut. */
    PARAMETERS,
    /**
     * Time of convolutions that groups make faster, each measured alone on this machine; see {@link
     * MeasuredCuts}. Gathers that stay are not in it.
     */
    LATENCY
}
