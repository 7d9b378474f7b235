/** Numbers in 16-bit floating point. */
package dev.espalier.quantize.internal.storage;
