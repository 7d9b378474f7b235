/**
 * The house-cleaning that every technique relies on: constants computed, nodes that do nothing
 * removed, batch normalization folded into the layer before it. Read {@link
 * dev.espalier.core.simplify.Simplify} first. Results equal the original's; nothing here knows what
 * the passes after it want.
 */
package dev.espalier.core.simplify;
