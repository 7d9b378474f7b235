/**
 * The whole job in one call. A recipe and a model go in through {@link dev.espalier.input}, the
 * passes run, and {@link dev.espalier.output} writes the folder with the smaller model and its
 * report. {@link dev.espalier.Compression} is the door, for programs and for the command line; the
 * packages below it are its parts and no promise to anybody.
 */
package dev.espalier;
