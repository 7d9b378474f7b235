package dev.espalier.quantize.internal.calibration;

import dev.espalier.core.ir.Shape;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The least and the greatest element of each channel of one value, over all that is seen. Its size
 * is constant, and its content depends on the set of runs alone.
 *
 * <p>The runtime's kernels take one scale for all channels of an activation. So these ranges are no
 * grids; they tell how the channels share the one grid, and by how much to scale them beforehand.
 */
public final class ChannelRanges {
    private static final int MOST_CHANNELS = 1 << 24;

    private final int axis;
    private float[] lows = {};
    private float[] highs = {};

    /**
     * @param axis along which the channels lie; a negative one counts from the last
     */
    public ChannelRanges(int axis) {
        this.axis = axis;
    }

    /** What is kept of a value of {@code channels}. */
    public static long bytes(int channels) {
        return 2L * Float.BYTES * channels;
    }

    /**
     * Takes in all elements of one run.
     *
     * @throws IllegalArgumentException where there are other channels than before
     */
    public void add(Shape shape, float[] values) {
        add(shape, values, 0);
    }

    /**
     * Takes in some elements of one run.
     *
     * @param shape of all of them
     * @param from which of all elements the first of {@code some} is
     */
    void add(Shape shape, float[] some, long from) {
        int at = axis < 0 ? axis + shape.rank() : axis;
        int channels = Math.toIntExact(shape.size(at));
        expect(channels);
        long inner = 1;
        for (int i = at + 1; i < shape.rank(); i++) {
            inner *= shape.size(i);
        }
        if (inner == 1) {
            addRows(some, (int) (from % channels));
            return;
        }
        int i = 0;
        while (i < some.length) {
            long place = from + i;
            int end = (int) Math.min(some.length, i + inner - place % inner);
            extend((int) (place / inner % channels), some, i, end);
            i = end;
        }
    }

    /**
     * Takes in what others took in.
     *
     * @throws IllegalArgumentException where they have other channels
     */
    void add(ChannelRanges other) {
        if (other.lows.length == 0) {
            return;
        }
        expect(other.lows.length);
        for (int c = 0; c < lows.length; c++) {
            lows[c] = Math.min(lows[c], other.lows[c]);
            highs[c] = Math.max(highs[c], other.highs[c]);
        }
    }

    private void expect(int channels) {
        if (lows.length == 0) {
            lows = new float[channels];
            highs = new float[channels];
            Arrays.fill(lows, Float.POSITIVE_INFINITY);
            Arrays.fill(highs, Float.NEGATIVE_INFINITY);
        }
        if (lows.length != channels) {
            throw new IllegalArgumentException(
                    "%s channels after %s".formatted(channels, lows.length));
        }
    }

    private void addRows(float[] some, int first) {
        int channel = first;
        for (float value : some) {
            lows[channel] = Math.min(lows[channel], value);
            highs[channel] = Math.max(highs[channel], value);
            channel = channel + 1 == lows.length ? 0 : channel + 1;
        }
    }

    private void extend(int channel, float[] values, int from, int to) {
        float low = lows[channel];
        float high = highs[channel];
        for (int i = from; i < to; i++) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
        }
        lows[channel] = low;
        highs[channel] = high;
    }

    /** How many channels were seen; 0 before the first run. */
    public int channels() {
        return lows.length;
    }

    /** The greatest magnitude of a channel. */
    public float greatest(int channel) {
        return Math.max(Math.abs(lows[channel]), Math.abs(highs[channel]));
    }

    /** The length of a channel's range, zero included. */
    public float reach(int channel) {
        return Math.max(highs[channel], 0) - Math.min(lows[channel], 0);
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(axis);
        out.writeInt(lows.length);
        for (int c = 0; c < lows.length; c++) {
            out.writeFloat(lows[c]);
            out.writeFloat(highs[c]);
        }
    }

    /**
     * @throws IllegalArgumentException where what is read was not written by {@link #write}
     */
    static ChannelRanges read(DataInput in) throws IOException {
        ChannelRanges ranges = new ChannelRanges(in.readInt());
        int channels = in.readInt();
        if (channels < 0 || channels > MOST_CHANNELS) {
            throw new IllegalArgumentException(channels + " channels");
        }
        ranges.lows = new float[channels];
        ranges.highs = new float[channels];
        for (int c = 0; c < channels; c++) {
            ranges.lows[c] = in.readFloat();
            ranges.highs[c] = in.readFloat();
        }
        return ranges;
    }
}
