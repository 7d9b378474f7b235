package dev.espalier.core.choice;

/** What an alternative costs in; of each, less is better. */
public enum Measure {
    /**
     * How far the network's answers are from what they were, in any unit that adds up, such as
     * noise over signal.
     */
    ERROR,
    /** Microseconds of one run, or what stands for them in all decisions, such as operations. */
    MICROS,
    /** Of the file. */
    BYTES
}
