/**
 * Writes a placement into a graph, with QuantizeLinear and DequantizeLinear or as integer
 * operators. Read {@link dev.espalier.quantize.internal.qdq.QdqWriter} first.
 */
package dev.espalier.quantize.internal.qdq;
