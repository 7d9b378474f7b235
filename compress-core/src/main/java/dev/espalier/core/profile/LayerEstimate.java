package dev.espalier.core.profile;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * What a layer takes that was not measured itself.
 *
 * @param micros of one run
 * @param nearest the measured layer that it was scaled from
 * @param isOutside whether the layer is smaller or larger than all that were measured, in channels
 *     or pixels: then this is an extrapolation
 */
public record LayerEstimate(double micros, LayerTime nearest, boolean isOutside) {
    /** A layer of which the time is asked. */
    record Asked(boolean channelwise, int step, int inputs, int outputs, long pixels) {
        private long blocks(int channels) {
            return -Math.floorDiv(-channels, step);
        }

        /** What time is taken to follow near a measured layer: blocks times blocks times pixels. */
        private double work(int in, int out, long at) {
            return (channelwise ? 1.0 : blocks(in)) * blocks(out) * at;
        }

        private double work(LayerTime time) {
            return work(time.inputs(), time.outputs(), time.pixels());
        }

        /** Factors between the two, input and output blocks and pixels, as logarithms. */
        private double distance(LayerTime time) {
            double in = Math.log((double) blocks(inputs) / blocks(time.inputs()));
            double out = Math.log((double) blocks(outputs) / blocks(time.outputs()));
            double at = Math.log((double) pixels / time.pixels());
            return in * in + out * out + at * at;
        }

        /** Of layers as near in blocks, the one nearest in channels. */
        private double narrower(LayerTime time) {
            return Math.abs(inputs - time.inputs()) + Math.abs(outputs - time.outputs());
        }
    }

    /** From the times of layers of one kind and precision; empty where there are none. */
    static Optional<LayerEstimate> of(Asked asked, List<LayerTime> times) {
        return times.stream()
                .min(
                        Comparator.comparingDouble(asked::distance)
                                .thenComparingDouble(asked::narrower))
                .map(
                        near ->
                                new LayerEstimate(
                                        near.micros()
                                                * asked.work(
                                                        asked.inputs, asked.outputs, asked.pixels)
                                                / asked.work(near),
                                        near,
                                        isOutside(asked, times)));
    }

    private static boolean isOutside(Asked asked, List<LayerTime> times) {
        return !within(asked.inputs, times.stream().mapToLong(LayerTime::inputs).toArray())
                || !within(asked.outputs, times.stream().mapToLong(LayerTime::outputs).toArray())
                || !within(asked.pixels, times.stream().mapToLong(LayerTime::pixels).toArray());
    }

    private static boolean within(long value, long[] measured) {
        return value >= LongStream.of(measured).min().orElseThrow()
                && value <= LongStream.of(measured).max().orElseThrow();
    }
}
