/**
 * Fine-tunes a model under the network that the recipe began with, or under other teachers.
 *
 * <p>Read {@link dev.espalier.distill.Distillation} first; {@link
 * dev.espalier.distill.DistillationLoss} names the terms of the loss, and the type of each is its
 * formula. The training itself is {@code train}'s.
 */
package dev.espalier.distill;
