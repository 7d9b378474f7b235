package dev.espalier.prune;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ProducingLayer;

/**
 * The widths that rounding allows a group: its own, and below it those at which every layer that
 * makes its channels has a multiple of the step. A group that shares its layers with others, as
 * where a Pad widens a residual stream, loses multiples of the step instead, which leaves the
 * layer's remainder as it was.
 */
final class Ladder {
    private final int size;
    private final int step;
    private final int offset;

    private Ladder(int size, int step, int offset) {
        this.size = size;
        this.step = step;
        this.offset = offset;
    }

    static Ladder of(ChannelGroups groups, ChannelGroup group, int roundTo) {
        int step = 1;
        boolean sole = true;
        for (ProducingLayer layer : group.layers()) {
            // Its weight may have several rows for each, as a recurrent layer has for its gates.
            Axis made = layer.output();
            int multiplicity = group.multiplicity(group.axes().indexOf(made));
            long width = groups.types().shape(made.value()).size(made.axis());
            sole &= (long) group.size() * multiplicity == width;
            step = Math.max(step, roundTo / gcd(roundTo, multiplicity));
        }
        if (group.layers().isEmpty()) {
            return new Ladder(group.size(), roundTo, group.size() % roundTo);
        }
        return new Ladder(group.size(), step, sole ? 0 : group.size() % step);
    }

    /** The next allowed width below {@code kept}, or 0 where there is none. */
    int below(int kept) {
        int width = Math.floorDiv(kept - 1 - offset, step) * step + offset;
        return Math.max(0, width);
    }

    /** The next allowed width above {@code kept}, or {@code kept} where it is whole. */
    int above(int kept) {
        return Math.min(size, kept + step);
    }

    /** The least allowed width. */
    int lowest() {
        int lowest = offset > 0 ? offset : step;
        return Math.min(size, lowest);
    }

    /** The allowed width nearest to {@code width}, the larger of two as near. */
    int nearest(double width) {
        int best = size;
        for (int at = size; at > 0; at = below(at)) {
            if (Math.abs(at - width) < Math.abs(best - width)) {
                best = at;
            }
        }
        return best;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
