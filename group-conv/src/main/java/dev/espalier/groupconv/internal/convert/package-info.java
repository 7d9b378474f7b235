/**
 * Exact conversion: a convolution whose weights outside of some blocks are zero becomes a group
 * convolution, and the two permutations around it are folded into the layers next to it as far as
 * they can be.
 *
 * <p>Read {@link dev.espalier.groupconv.internal.convert.GroupConversion} first. It writes a {@link
 * dev.espalier.groupconv.internal.convert.DenseForm} of the model, asks core which channels are
 * coupled, lets {@link dev.espalier.groupconv.internal.convert.OrderSearch} choose one order for
 * each group of coupled channels, and {@link
 * dev.espalier.groupconv.internal.convert.ConversionWriter} writes the group convolutions in that
 * order. {@link dev.espalier.groupconv.internal.convert.CoupledSides} tells beforehand which
 * layers' permutations meet, so that they can be learned together.
 */
package dev.espalier.groupconv.internal.convert;
