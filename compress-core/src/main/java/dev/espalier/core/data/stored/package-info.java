/**
 * Datasets that lie in files. {@link dev.espalier.core.data.stored.DataLoader} opens them; what
 * each format is like is in {@code core.internal.stored}.
 */
package dev.espalier.core.data.stored;
