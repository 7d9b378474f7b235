/**
 * Turns dense convolutions into group convolutions whose groups and channel shuffle are learned,
 * after 'Structured Sparsification with Joint Optimization of Group Convolution and Channel
 * Shuffle'.
 *
 * <p>Read {@link dev.espalier.groupconv.structure.GroupStructure} first: it says how one layer is
 * cut into groups. What finds such structures, trains weights towards them and converts layers
 * exactly is built around it.
 */
package dev.espalier.groupconv;
