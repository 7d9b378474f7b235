package dev.espalier.core.op.array;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * An operator that gives the same elements in the same order under another shape.
 *
 * <p>Channels: the axes of X and Y fall into runs with equally many elements. Where a run is one
 * axis on both sides the axes go together. Where it is several axes on one side and one on the
 * other, such as [C, H, W] and C*H*W, cutting index c of the chosen axis cuts all positions with
 * that index; the other axes of the run stay as they are. The chosen axis is the same for all nodes
 * that split and merge the same channels: for attention it is the heads, whole ones of which go.
 * Where only one node regroups it is the outermost when axes are merged, and the longest when one
 * axis of a map is split, so that the halves of a channel shuffle lose the same channels.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.REARRANGES})
abstract class Reshaping implements Operator {
    /** Axes [fromX, toX) of X hold the same elements as axes [fromY, toY) of Y. */
    record Run(int fromX, int toX, int fromY, int toY) {
        boolean isOneAxis() {
            return toX == fromX + 1 && toY == fromY + 1;
        }
    }

    /** The runs of two shapes with equally many elements, as far as they can be told. */
    static List<Run> runs(Shape x, Shape y) {
        List<Run> runs = new ArrayList<>();
        int i = 0;
        int o = 0;
        while (i < x.rank() && o < y.rank()) {
            int fromX = i;
            int fromY = o;
            if (!x.dim(i).isFixed() && x.dim(i).equals(y.dim(o))) {
                i++;
                o++;
            } else {
                long p = sizeOrNone(x, i++);
                long q = sizeOrNone(y, o++);
                while (p != q && p >= 0 && q >= 0) {
                    if (p < q) {
                        p = times(p, sizeOrNone(x, i++));
                    } else {
                        q = times(q, sizeOrNone(y, o++));
                    }
                }
                if (p < 0 || q < 0) {
                    return runs;
                }
            }
            runs.add(new Run(fromX, i, fromY, o));
        }
        return runs;
    }

    private static long sizeOrNone(Shape shape, int axis) {
        return axis < shape.rank() && shape.dim(axis).isFixed() ? shape.size(axis) : -1;
    }

    private static long times(long a, long b) {
        return b < 0 ? -1 : Math.multiplyExact(a, b);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Shape x = call.shape(0);
        Shape y = call.outputShape(0);
        for (Run run : runs(x, y)) {
            if (run.isOneAxis()) {
                links.tie(call.node().input(0), run.fromX(), call.node().output(0), run.fromY());
            } else {
                tie(call, links, run);
            }
        }
    }

    private static void tie(Call call, ChannelLinks links, Run run) {
        String x = call.node().input(0);
        String y = call.node().output(0);
        Shape from = call.shape(0);
        Shape to = call.outputShape(0);
        int[] wideX = wide(from, run.fromX(), run.toX());
        int[] wideY = wide(to, run.fromY(), run.toY());
        long elements = Shapes.product(from, run.fromX(), run.toX()).size();
        if (elements > Integer.MAX_VALUE) {
            for (int axis : wideX) {
                links.freeze(x, axis, "it is regrouped with others into one too long to cut");
            }
            return;
        }
        if (wideX.length == 1 && wideY.length == 1) {
            links.tie(x, wideX[0], y, wideY[0]);
        } else if (wideY.length == 1 && wideX.length > 1) {
            links.regroup(
                    y, wideY[0], x, run.fromX(), sizes(from, run.fromX(), run.toX()), wideX[0]);
        } else if (wideX.length == 1 && wideY.length > 1) {
            int chosen = from.rank() > 2 ? longest(to, wideY) : wideY[0];
            links.regroup(x, wideX[0], y, run.fromY(), sizes(to, run.fromY(), run.toY()), chosen);
        } else {
            for (int axis : wideX) {
                links.freeze(x, axis, "it is regrouped into several other axes");
            }
        }
    }

    private static int[] sizes(Shape shape, int from, int to) {
        return IntStream.range(from, to).map(axis -> Math.toIntExact(shape.size(axis))).toArray();
    }

    private static int longest(Shape shape, int[] axes) {
        int best = axes[0];
        for (int axis : axes) {
            if (shape.size(axis) > shape.size(best)) {
                best = axis;
            }
        }
        return best;
    }

    /** The axes of a run that hold more than one index. */
    private static int[] wide(Shape shape, int from, int to) {
        return IntStream.range(from, to).filter(axis -> shape.size(axis) != 1).toArray();
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    /** The constant input under the output's shape. */
    static Optional<List<Tensor>> view(Call call) {
        Shape shape = call.outputType(0).map(t -> t.shape()).orElse(Shape.UNRANKED);
        return shape.isFixed()
                ? call.constant(0).map(tensor -> List.of(tensor.reshape(shape)))
                : Optional.empty();
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
