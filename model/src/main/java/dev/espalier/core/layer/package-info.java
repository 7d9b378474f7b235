/**
 * The one view of a layer with weights, whichever operator it is: {@link
 * dev.espalier.core.layer.Layer} has its weights as a matrix with one row for each output channel,
 * and puts changed ones back. Knows operators by what they say of themselves, no pass.
 */
package dev.espalier.core.layer;
