/**
 * What a model is fed: datasets split into training, calibration, validation and test, batches made
 * ahead of their use, and the port through which passes run a model. Read {@link
 * dev.espalier.core.data.Dataset} and {@link dev.espalier.core.data.ModelRunner} first. Nothing
 * here knows passes or operators.
 */
package dev.espalier.core.data;
