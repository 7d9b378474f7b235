/**
 * What becomes of sums of 8-bit products on x86 CPUs without VNNI instructions, on which ONNX
 * Runtime adds pairs of products in 16 bits. Read {@link
 * dev.espalier.quantize.internal.saturation.SaturationProof} first, which says by a file's weights
 * whether any sum can saturate; {@code WeightPairs} knows who is added to whom, {@link
 * dev.espalier.quantize.option.Target} is what passes promise, and {@code SaturatingRun} runs a
 * model as such a CPU would.
 */
package dev.espalier.quantize.internal.saturation;
