/** Outliers of activations, moved into weights. */
package dev.espalier.quantize.internal.smooth;
