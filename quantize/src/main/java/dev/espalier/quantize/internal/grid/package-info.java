/**
 * Numbers on grids: the range of values that a grid has to cover and how it is chosen from a
 * histogram, the grid of an activation, and the grids of a weight, channel by channel. Weights are
 * as great as lets no pair of products saturate; who is added to whom is said by {@link
 * dev.espalier.quantize.internal.grid.WeightPairs}. Read {@link
 * dev.espalier.quantize.internal.grid.Grid} first.
 */
package dev.espalier.quantize.internal.grid;
