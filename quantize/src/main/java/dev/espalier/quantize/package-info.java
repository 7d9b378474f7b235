/**
 * The two passes on top, which put the rooms below together: {@link
 * dev.espalier.quantize.Quantize}, static quantization to 8-bit integers, and {@link
 * dev.espalier.quantize.MixedPrecision}, which gives each layer as many bits as accuracy and size
 * want. From the bottom up: {@code grid}, {@code calibration}, {@code kernel}, {@code prepare},
 * {@code placement} and {@code qdq} make up static quantization; {@code dynamic}, {@code weights},
 * {@code smooth}, {@code storage}, {@code saturation} and {@code repair} have passes of their own
 * and don't know each other. Nothing here knows ONNX Runtime's classes or any other technique.
 */
package dev.espalier.quantize;
