package dev.espalier.groupconv;

/** What a share of the network is counted in. */
public enum Measure {
    /** Multiply-accumulates of convolutions that can be cut. */
    MACS,
    /** Weights of convolutions that can be cut. */
    PARAMETERS
}
