package dev.espalier.core.analysis;

/**
 * Channels that cannot be removed.
 *
 * @param layer what produces them
 * @param channels how many of the layer's channels this is about
 * @param reason why, for plan and report, such as {@code reaches graph output 'logits'}
 */
public record FrozenChannels(ProducingLayer layer, int channels, String reason) {}
