/**
 * Trains models: compiles the graph to a TorchScript program, runs it through DJL's PyTorch engine
 * and writes the weights back into the same graph.
 *
 * <p>Read {@link dev.espalier.train.Trainer} first, then {@link dev.espalier.train.TorchProgram}.
 * This package is the only door to DJL; techniques that train bring an {@link
 * dev.espalier.train.Objective} of their own.
 */
package dev.espalier.train;
