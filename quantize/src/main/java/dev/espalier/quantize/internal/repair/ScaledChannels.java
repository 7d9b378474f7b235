package dev.espalier.quantize.internal.repair;

import dev.espalier.core.analysis.ChannelGroup;
import java.util.List;

/**
 * Channels that may each be multiplied by a positive factor without a change to what the network
 * computes: the rows of what makes them are multiplied too, the columns of what reads them divided.
 *
 * @param group says which positions a channel has along each axis
 * @param rows filters of the layers that make the channels
 * @param columns filters of the layers that read them
 * @param followers biases of the makers and constants added in between
 * @param name for notes: of the layers that make the channels
 */
public record ScaledChannels(
        ChannelGroup group,
        List<WeightSlices> rows,
        List<WeightSlices> columns,
        List<WeightSlices> followers,
        String name) {
    public ScaledChannels {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        followers = List.copyOf(followers);
    }
}
