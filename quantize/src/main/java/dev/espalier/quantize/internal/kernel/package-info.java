/**
 * What the integer kernels of ONNX Runtime take, and how a layer is shaped so that the fast ones
 * take it: more input channels, several pixels in one. Read {@link
 * dev.espalier.quantize.internal.kernel.Kernel} first, then {@link
 * dev.espalier.quantize.internal.kernel.WeightedLayer}.
 */
package dev.espalier.quantize.internal.kernel;
