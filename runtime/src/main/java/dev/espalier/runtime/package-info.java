/**
 * Runs models through ONNX Runtime, called directly: their outputs and intermediate values,
 * accuracy on a dataset, agreement of two models. Read {@link dev.espalier.runtime.OrtRunner}
 * first. No other package knows that ONNX Runtime exists, and nothing here changes a model.
 */
package dev.espalier.runtime;
