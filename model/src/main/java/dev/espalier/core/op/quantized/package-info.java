/**
 * Operators on integers that stand for real numbers, of ONNX and of ONNX Runtime, one file each.
 * {@link dev.espalier.core.op.quantized.QuantizedOperators} is their table; read {@link
 * dev.espalier.core.op.quantized.QLinearConv} as an example.
 */
package dev.espalier.core.op.quantized;
