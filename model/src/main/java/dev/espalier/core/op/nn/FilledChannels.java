package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Call;
import java.util.Collections;
import java.util.stream.Collectors;

/**
 * Zeros that fill the channels of a convolution up to whole blocks: those of each group, or for a
 * depthwise convolution the groups. The result is the same but for the rounding of float sums.
 *
 * <p>Shapes: x [N, groups·in, D1..], w [groups·out, in, k1..], y [N, groups·out, E1..].
 *
 * @param axes spatial axes
 * @param block channels come in multiples of it; 1 fills nothing
 * @param in channels that one group reads
 * @param out channels that one group writes
 */
record FilledChannels(int axes, long block, long groups, long in, long out) {
    /** Of a Conv. */
    static FilledChannels of(Call call, long block) {
        Shape w = call.shape(1);
        long groups = call.attributes().integer("group", 1);
        return new FilledChannels(w.rank() - 2, block, groups, w.size(1), w.size(0) / groups);
    }

    private boolean isDepthwise() {
        return groups > 1 && in == 1 && out == 1;
    }

    private long missing(long channels) {
        return (block - channels % block) % block;
    }

    /** Zeros after the channels that each group reads. */
    private long missingIn() {
        return isDepthwise() ? 0 : missing(in);
    }

    private long missingOut() {
        return isDepthwise() ? 0 : missing(out);
    }

    private long missingGroups() {
        return isDepthwise() ? missing(groups) : 0;
    }

    /** Groups of the filled convolution. */
    long filledGroups() {
        return groups + missingGroups();
    }

    /** The expression of x, filled. */
    String input(String x) {
        int rank = axes + 2;
        return missingGroups() > 0
                ? padded(x, rank, 1, missingGroups())
                : inGroups(x, rank, 1, in, missingIn());
    }

    /** The expression of w, filled. */
    String weights(String w) {
        int rank = axes + 2;
        if (missingGroups() > 0) {
            return padded(w, rank, 0, missingGroups());
        }
        return inGroups(padded(w, rank, 1, missingIn()), rank, 0, out, missingOut());
    }

    /** The expression of the bias [groups·out], filled. */
    String bias(String bias) {
        return missingGroups() > 0
                ? padded(bias, 1, 0, missingGroups())
                : inGroups(bias, 1, 0, out, missingOut());
    }

    /** The expression of y without what was filled in. */
    String output(String y) {
        String kept;
        if (missingGroups() > 0) {
            kept = "torch.narrow(%s, 1, 0, %s)".formatted(y, groups);
        } else if (missingOut() == 0) {
            return y;
        } else if (groups == 1) {
            kept = "torch.narrow(%s, 1, 0, %s)".formatted(y, out);
        } else {
            kept =
                    "torch.flatten(torch.narrow(torch.unflatten(%s, 1, [%s, %s]), 2, 0, %s), 1, 2)"
                            .formatted(y, groups, out + missingOut(), out);
        }
        // A view of the filled result would let its reader write into what gradients need.
        return "torch.contiguous(%s%s)".formatted(kept, axes == 2 ? ", memory_format=2" : "");
    }

    /** Zeros after each group's {@code channels} along {@code axis}. */
    private String inGroups(String value, int rank, int axis, long channels, long missing) {
        if (missing == 0) {
            return value;
        }
        return groups == 1
                ? padded(value, rank, axis, missing)
                : "torch.flatten(%s, %s, %s)"
                        .formatted(
                                padded(
                                        "torch.unflatten(%s, %s, [%s, %s])"
                                                .formatted(value, axis, groups, channels),
                                        rank + 1,
                                        axis + 1,
                                        missing),
                                axis,
                                axis + 1);
    }

    /** Zeros after all along {@code axis}; Torch counts the axes from the last. */
    private static String padded(String value, int rank, int axis, long missing) {
        if (missing == 0) {
            return value;
        }
        return Collections.nCopies(rank - 1 - axis, "0, 0, ").stream()
                .collect(
                        Collectors.joining(
                                "",
                                "torch.constant_pad_nd(" + value + ", [",
                                "0, " + missing + "], 0.)"));
    }
}
