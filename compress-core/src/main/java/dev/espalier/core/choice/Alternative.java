package dev.espalier.core.choice;

/**
 * One way to take a decision.
 *
 * @param what it is, such as bits of a layer or a number of groups
 */
public record Alternative<T>(T what, Costs costs) {}
