package dev.espalier.groupconv.structure;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * An order of channels: at each position stands the channel that is read there, so that {@code
 * y[position] = x[at(position)]}, as ONNX's Gather along the channel axis computes it.
 */
public final class Permutation {
    private final int[] channels;

    private Permutation(int[] channels) {
        this.channels = channels;
    }

    /**
     * The order in which {@code channels} are read.
     *
     * @throws IllegalArgumentException unless each number from 0 to the length appears once
     */
    public static Permutation of(int... channels) {
        BitSet seen = new BitSet(channels.length);
        for (int channel : channels) {
            if (channel < 0 || channel >= channels.length || seen.get(channel)) {
                throw new IllegalArgumentException(
                        "Not an order of " + channels.length + " channels: " + channel);
            }
            seen.set(channel);
        }
        return new Permutation(channels.clone());
    }

    /** The order in which {@code size} channels stand as they are. */
    public static Permutation identity(int size) {
        return new Permutation(IntStream.range(0, size).toArray());
    }

    /** How many channels there are. */
    public int size() {
        return channels.length;
    }

    /** The channel that is read at {@code position}. */
    public int at(int position) {
        return channels[position];
    }

    /** The position of each channel: {@code p.inverse().at(p.at(i)) == i}. */
    public Permutation inverse() {
        int[] positions = new int[channels.length];
        for (int i = 0; i < channels.length; i++) {
            positions[channels[i]] = i;
        }
        return new Permutation(positions);
    }

    /**
     * This order applied first, and {@code next} to its result: one Gather for two, {@code
     * then(next).at(i) == at(next.at(i))}.
     *
     * @throws IllegalArgumentException where the two are not of one size
     */
    public Permutation then(Permutation next) {
        if (next.size() != size()) {
            throw new IllegalArgumentException(
                    "Orders of " + size() + " and " + next.size() + " channels do not compose");
        }
        return new Permutation(Arrays.stream(next.channels).map(i -> channels[i]).toArray());
    }

    /** Whether every channel is read where it stands. */
    public boolean isIdentity() {
        return IntStream.range(0, channels.length).allMatch(i -> channels[i] == i);
    }

    /** The channels read, by position, as a new array. */
    public int[] toArray() {
        return channels.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Permutation that && Arrays.equals(channels, that.channels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(channels);
    }

    @Override
    public String toString() {
        return Arrays.toString(channels);
    }
}
