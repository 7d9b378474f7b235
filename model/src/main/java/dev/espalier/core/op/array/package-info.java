/**
 * Operators that move, choose, make or convert elements without computing with them, one file each.
 * {@link dev.espalier.core.op.array.ArrayOperators} is their table; read {@link
 * dev.espalier.core.op.array.Reshape} as an example.
 */
package dev.espalier.core.op.array;
