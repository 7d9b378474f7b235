/**
 * What a model is fed: datasets split into training, calibration, validation and test, batches made
 * ahead of their use, and the port through which passes run models. Read {@link
 * dev.espalier.core.data.Dataset} first; {@code image} and {@code stored} make datasets of files.
 */
package dev.espalier.core.data;
