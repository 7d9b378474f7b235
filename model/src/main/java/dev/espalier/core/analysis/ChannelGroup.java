package dev.espalier.core.analysis;

import java.util.Arrays;
import java.util.List;

/**
 * Channels of which any may be removed independently of the others, each in all the same places. A
 * channel of a plain convolution is one slice of its filters, one of its bias, one of its batch
 * norm, one of every filter that reads it, and one of every activation between; behind a Flatten or
 * in a grouped convolution it is several positions along one axis. Channels are numbered from 0 in
 * the order in which they lie along the first axis. Immutable.
 */
public final class ChannelGroup {
    private final List<Axis> axes;
    private final List<ProducingLayer> layers;
    private final int size;
    private final int[] starts;
    private final int[] indices;

    /**
     * @param starts where the positions along each axis begin in a channel's positions, with the
     *     number of positions of one channel at the end
     * @param indices positions of channel 0 along all axes, then of channel 1, and so on
     */
    ChannelGroup(List<Axis> axes, List<ProducingLayer> layers, int[] starts, int[] indices) {
        this.axes = List.copyOf(axes);
        this.layers = List.copyOf(layers);
        this.starts = starts;
        this.indices = indices;
        this.size = indices.length / starts[axes.size()];
    }

    /** How many channels there are, at least 2. */
    public int size() {
        return size;
    }

    /** Everything that gets narrower when a channel goes, weights and activations. */
    public List<Axis> axes() {
        return axes;
    }

    /** The layers whose filters make these channels; empty where they are zeros that a Pad adds. */
    public List<ProducingLayer> layers() {
        return layers;
    }

    /** How many positions along {@code axes().get(axis)} one channel takes. */
    public int multiplicity(int axis) {
        return starts[axis + 1] - starts[axis];
    }

    /** The positions of {@code channel} along {@code axes().get(axis)}, as a new array. */
    public int[] positions(int channel, int axis) {
        int from = channel * starts[axes.size()];
        return Arrays.copyOfRange(indices, from + starts[axis], from + starts[axis + 1]);
    }

    @Override
    public String toString() {
        return size + " channels along " + axes;
    }
}
