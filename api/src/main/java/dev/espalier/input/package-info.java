/**
 * The model that a run is given: where its file is found, and what it holds. Read {@link
 * dev.espalier.input.ModelFile} first.
 */
package dev.espalier.input;
