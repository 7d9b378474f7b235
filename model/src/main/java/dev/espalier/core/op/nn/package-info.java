/**
 * Layers of neural networks, one file each: convolutions, poolings, normalizations, activations.
 * {@link dev.espalier.core.op.nn.NeuralOperators} is their table; read {@link
 * dev.espalier.core.op.nn.Conv} as an example.
 */
package dev.espalier.core.op.nn;
