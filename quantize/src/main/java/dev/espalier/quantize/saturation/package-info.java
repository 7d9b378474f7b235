/**
 * Says what becomes of an 8-bit model's accuracy on x86 CPUs without VNNI instructions, on which
 * ONNX Runtime adds pairs of products in 16 bits. Read {@link
 * dev.espalier.quantize.saturation.ForecastSaturation} first; {@code SaturatingRun} runs a model as
 * such a CPU would, {@code PairSums} is the arithmetic.
 */
package dev.espalier.quantize.saturation;
