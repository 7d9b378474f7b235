/**
 * What training minimises: terms that combine by weights. Read {@link
 * dev.espalier.train.loss.WeightedSum} first; each term writes itself through {@link
 * dev.espalier.train.program.LossWriter}. Techniques bring further terms of their own.
 */
package dev.espalier.train.loss;
