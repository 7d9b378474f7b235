/**
 * Fine-tunes a model under the network that the recipe began with.
 *
 * <p>Read {@link dev.espalier.distill.Distillation} first; {@link
 * dev.espalier.distill.DistillationLoss} is the formula. The training itself is {@code train}'s.
 */
package dev.espalier.distill;
