/**
 * Measures what a pass that changes numbers did to the network's output, on the machine it runs on,
 * and says so in the report. Where the output is far from what it was, it searches for the layer
 * that contributes most and for the cause. Read {@link dev.espalier.quantize.effect.Effect} first;
 * {@code NoiseSearch} finds the layer and {@code Diagnosis} the cause.
 */
package dev.espalier.quantize.effect;
