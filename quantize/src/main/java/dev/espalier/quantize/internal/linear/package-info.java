/**
 * Layers that multiply by a constant matrix, as the sub-packages for weights and dynamic ranges see
 * them, and what flows into them on calibration samples.
 */
package dev.espalier.quantize.internal.linear;
