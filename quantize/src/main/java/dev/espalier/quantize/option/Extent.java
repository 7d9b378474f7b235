package dev.espalier.quantize.option;

/** What is kept in two bytes. */
public enum Extent {
    /** Weights, with a Cast to float32 where they are used. */
    WEIGHTS,
    /** Weights and activations; inputs and outputs of the model stay float32. Float16 only. */
    GRAPH
}
