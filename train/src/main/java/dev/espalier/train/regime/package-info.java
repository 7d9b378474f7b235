/**
 * The options of training that do not depend on what is trained for. Read {@link
 * dev.espalier.train.regime.Regime} first; the records nest as the blocks of a recipe do.
 */
package dev.espalier.train.regime;
