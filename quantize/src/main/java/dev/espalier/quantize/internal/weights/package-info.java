/** Weights in few bits, block by block, under float activations. */
package dev.espalier.quantize.internal.weights;
