/**
 * The door to LibTorch: TorchScript modules written as archives and run through DJL's PyTorch
 * engine. Read {@link dev.espalier.train.internal.torch.TorchModule} first. Nothing here knows what
 * a program is for.
 */
package dev.espalier.train.internal.torch;
