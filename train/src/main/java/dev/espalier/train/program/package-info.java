/**
 * Models, losses and the optimizer written as one TorchScript program, so that a whole training
 * step is one native call. Read {@link dev.espalier.train.program.TorchProgram} first; a technique
 * that trains brings its own {@link dev.espalier.train.program.Objective}. Operators write
 * themselves, by their own rules in {@code core.op}.
 */
package dev.espalier.train.program;
