package dev.espalier.core.op.math;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The axes of the first input that a reduction makes one number of.
 *
 * @param reduced for each axis, whether it is one
 * @param keeps whether such axes stay, with size 1
 */
record ReducedAxes(List<Boolean> reduced, boolean keeps) {
    /**
     * Those of a reduction over {@code axes}, an attribute or input 1: over all axes where none are
     * named, or none where {@code noop_with_empty_axes} says so. Empty where they are not known.
     */
    static Optional<ReducedAxes> of(Call call) {
        if (!call.ranked(0)) {
            return Optional.empty();
        }
        int rank = call.shape(0).rank();
        Optional<long[]> axes = call.longs("axes", 1);
        if (axes.isEmpty() && call.gives("axes", 1)) {
            return Optional.empty();
        }
        Boolean[] reduced = new Boolean[rank];
        if (axes.isEmpty() || axes.get().length == 0) {
            Arrays.fill(reduced, call.attributes().integer("noop_with_empty_axes", 0) == 0);
        } else {
            Arrays.fill(reduced, false);
            for (long axis : axes.get()) {
                reduced[Call.axis(axis, rank)] = true;
            }
        }
        return Optional.of(new ReducedAxes(List.of(reduced), keeps(call)));
    }

    /** Those of a reduction over the one {@code axis}; empty where it cannot be told. */
    static Optional<ReducedAxes> ofOne(Call call, long axis) {
        if (!call.ranked(0) || call.shape(0).rank() == 0) {
            return Optional.empty();
        }
        Boolean[] reduced = new Boolean[call.shape(0).rank()];
        Arrays.fill(reduced, false);
        reduced[Call.axis(axis, reduced.length)] = true;
        return Optional.of(new ReducedAxes(List.of(reduced), keeps(call)));
    }

    private static boolean keeps(Call call) {
        return call.attributes().integer("keepdims", 1) == 1;
    }

    /** The axes, counted from the start, ascending, as a new array. */
    long[] axes() {
        return IntStream.range(0, reduced.size()).filter(reduced::get).asLongStream().toArray();
    }

    /** What is left of {@code shape}. */
    Shape of(Shape shape) {
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < reduced.size(); axis++) {
            if (!reduced.get(axis)) {
                dims.add(shape.dim(axis));
            } else if (keeps) {
                dims.add(Dim.of(1));
            }
        }
        return Shape.of(dims);
    }

    /**
     * Ties the axes that stay, and freezes those that are reduced and hold more than one number.
     */
    void tie(Call call, ChannelLinks links, String reason) {
        int out = 0;
        for (int axis = 0; axis < reduced.size(); axis++) {
            if (!reduced.get(axis)) {
                links.tie(call.node().input(0), axis, call.node().output(0), out++);
                continue;
            }
            if (!call.shape(0).dim(axis).equals(Dim.of(1))) {
                links.freeze(call.node().input(0), axis, reason);
            }
            out += keeps ? 1 : 0;
        }
    }
}
