package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Set;

/**
 * Moves elements of images [N, C, H, W] between channels and squares of {@code blocksize} times
 * {@code blocksize} pixels.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.REARRANGES})
abstract class Blocks implements Operator {
    static final int CHANNEL = 1;
    static final int HEIGHT = 2;
    static final int WIDTH = 3;
    private static final int RANK = 4;

    @Override
    public void check(NodeCheck node) {
        node.inputs(1);
        NodeCheck.require(node.call().attributes().has("blocksize"), "blocksize is missing");
        node.integer("blocksize", 1, NodeCheck.MOST);
        Shape x = node.call().shape(0);
        NodeCheck.require(
                !x.isRanked() || x.rank() == RANK,
                "input 0 has the shape %s, expected [N,C,H,W]",
                x);
    }

    /** Refuses an axis of input 0 that {@code divisor} does not divide. */
    static void divides(NodeCheck node, int axis, long divisor) {
        Shape x = node.call().shape(0);
        Dim dim = x.isRanked() ? x.dim(axis) : Dim.UNKNOWN;
        NodeCheck.require(
                !dim.isFixed() || dim.size() % divisor == 0,
                "blocks of %s do not divide axis %s of %s",
                divisor,
                axis,
                x);
    }

    static long side(Call call) {
        return call.attributes().integer("blocksize", 1);
    }

    static long area(Call call) {
        return Math.multiplyExact(side(call), side(call));
    }

    static Dim over(Dim dim, long divisor) {
        return dim.isFixed() ? Dim.of(dim.size() / divisor) : divisor == 1 ? dim : Dim.UNKNOWN;
    }

    /** Ties the pixels of a large image to those of the small one whose squares they lie in. */
    static void tiePixels(Call call, ChannelLinks links, String large, Shape shape, String small) {
        int side = Math.toIntExact(side(call));
        for (int axis = HEIGHT; axis <= WIDTH; axis++) {
            int count = Math.toIntExact(shape.size(axis));
            links.tie(large, axis, i -> i, small, axis, i -> i / side, count);
        }
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0);
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
