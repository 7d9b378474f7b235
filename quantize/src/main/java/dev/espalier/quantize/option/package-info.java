/**
 * The options of the passes of {@code dev.espalier.quantize}, block by block as recipes have them.
 * Read {@link dev.espalier.quantize.option.Integers} and {@link
 * dev.espalier.quantize.option.KeepFloat} first. They are plain records and know nothing of how
 * networks are rewritten.
 */
package dev.espalier.quantize.option;
