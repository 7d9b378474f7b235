/**
 * Arithmetic, comparisons, matrix products and sums, one file each. {@link
 * dev.espalier.core.op.math.MathOperators} is their table; read {@link
 * dev.espalier.core.op.math.MatMul} as an example.
 */
package dev.espalier.core.op.math;
