/**
 * Datasets of DJL, as {@link dev.espalier.core.data.Dataset}s. Read {@link
 * dev.espalier.train.torch.DjlDataset}.
 */
package dev.espalier.train.torch;
