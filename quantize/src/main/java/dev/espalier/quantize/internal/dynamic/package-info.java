/** 8-bit products whose activation ranges are found while the model runs. */
package dev.espalier.quantize.internal.dynamic;
