/**
 * Equal forms of a float network that integers suit better: batch normalization folded, global
 * pooling as one operator, shortcuts as convolutions, a newer operator set. Read {@link
 * dev.espalier.quantize.internal.prepare.Preparation} first, which has their order.
 */
package dev.espalier.quantize.internal.prepare;
