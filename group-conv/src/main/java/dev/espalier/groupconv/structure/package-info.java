/**
 * What groups are: an order of channels, and how a weight is cut into blocks along two of them.
 * Read {@link dev.espalier.groupconv.structure.GroupStructure} first.
 */
package dev.espalier.groupconv.structure;
