/**
 * What a run is given: models and data as files, where they are found, by which hash they are known
 * again, and the trial of models that somebody else made. Read {@link dev.espalier.input.ModelFile}
 * first.
 */
package dev.espalier.input;
