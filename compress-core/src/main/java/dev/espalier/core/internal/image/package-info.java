/**
 * Pictures as rows of bytes: decoding, resizing and cropping, and the random changes of training.
 * Read {@link dev.espalier.core.data.Preprocess} first; {@code ImageDecoder} reads files that are
 * whole and refuses others.
 */
package dev.espalier.core.internal.image;
