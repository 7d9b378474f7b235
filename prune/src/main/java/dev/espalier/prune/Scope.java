package dev.espalier.prune;

/** How the budget is shared out among the layers. */
public enum Scope {
    /** Layers lose most where it costs least of their weight for each operation saved. */
    GLOBAL,
    /** Every layer keeps about the same part of its channels. */
    UNIFORM
}
