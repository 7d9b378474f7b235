/**
 * Trains models: compiles graph, loss and optimizer to a TorchScript program, runs it through DJL's
 * PyTorch engine and writes the weights back into the same graph.
 *
 * <p>Read {@link dev.espalier.train.Trainer} first, then {@link
 * dev.espalier.train.program.TorchProgram}. Techniques that train bring an {@link
 * dev.espalier.train.program.Objective} of their own.
 */
package dev.espalier.train;
