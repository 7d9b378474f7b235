package dev.espalier.graft;

/** What is grafted onto the filters of a network that is trained. */
public enum Scion {
    /** Layers of another network that is trained beside it; see {@link RingGraft}. */
    EXTERNAL,
    /** The strongest filters of the same layer; see {@link InternalGraft}. */
    INTERNAL,
    /** Random numbers that shrink from epoch to epoch; see {@link NoiseGraft}. */
    NOISE
}
