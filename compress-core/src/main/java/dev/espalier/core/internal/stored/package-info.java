/**
 * Datasets that lie in files, each format in a file of its own, and their division into splits.
 * Read {@link dev.espalier.core.data.stored.DataLoader} first, which chooses the format; an {@code
 * ExampleSource} is what each of them gives.
 */
package dev.espalier.core.internal.stored;
