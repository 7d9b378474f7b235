/**
 * Where integers begin and end in a network, which values share a grid, and what has to stay float.
 * Read {@link dev.espalier.quantize.internal.placement.Planner} first, which makes a {@link
 * dev.espalier.quantize.internal.placement.Placement}.
 */
package dev.espalier.quantize.internal.placement;
