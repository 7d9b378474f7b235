/**
 * Notes what a pass that changes numbers did to the network's output, on the machine it runs on,
 * and where that is far from what it was, the layer that contributes most and the cause. Read
 * {@link dev.espalier.quantize.internal.effect.Diagnosis} first; {@code NoiseSearch} finds the
 * layer, {@link dev.espalier.core.pass.Effect} is the figures.
 */
package dev.espalier.quantize.internal.effect;
