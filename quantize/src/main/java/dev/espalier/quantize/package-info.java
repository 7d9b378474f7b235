/**
 * Writes a float model in 8-bit integers, placed so that ONNX Runtime computes the layers in
 * integers instead of converting back and forth. Read {@link dev.espalier.quantize.Quantize} first;
 * behind it {@code Planner} says where integers begin and end, {@code Calibrator} finds the ranges,
 * and {@code QdqWriter} writes the nodes. Nothing here knows ONNX Runtime's classes or any other
 * technique.
 */
package dev.espalier.quantize;
