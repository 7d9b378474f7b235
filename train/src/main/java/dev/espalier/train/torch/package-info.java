/**
 * The door to LibTorch: TorchScript modules written as archives and run through DJL's PyTorch
 * engine, and datasets of DJL as examples. Read {@link dev.espalier.train.torch.TorchModule} and
 * {@link dev.espalier.train.torch.DjlDataset} first. Nothing here knows what a program is for.
 */
package dev.espalier.train.torch;
