/**
 * Writes a placement into a graph, with QuantizeLinear and DequantizeLinear or as integer
 * operators. Read {@link dev.espalier.quantize.qdq.QdqWriter} first.
 */
package dev.espalier.quantize.qdq;
