/**
 * The passes that store or compute numbers in fewer bits. Read {@link
 * dev.espalier.quantize.Quantize} first, static quantization to 8-bit integers, and {@link
 * dev.espalier.quantize.MixedPrecision}, which gives each layer as many bits as accuracy and size
 * want; their options are in {@code option}.
 *
 * <p>What they are made of is in {@code internal}, from the bottom up: {@code grid}, {@code
 * calibration}, {@code kernel}, {@code prepare}, {@code placement} and {@code qdq} make up static
 * quantization; {@code dynamic}, {@code weights}, {@code smooth}, {@code storage}, {@code
 * saturation} and {@code repair} don't know each other. Nothing here knows ONNX Runtime's classes
 * or any other technique.
 */
package dev.espalier.quantize;
