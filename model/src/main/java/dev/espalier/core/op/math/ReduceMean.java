package dev.espalier.core.op.math;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The mean over some axes, over all where none are named. Axes are an attribute before operator set
 * 18 and an input from then on; {@code keepdims} (default 1) leaves them with size 1.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.FLOAT16})
final class ReduceMean implements Operator {
    @Override
    public String type() {
        return "ReduceMean";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 2).axes("axes", 0).integers(1).flag("keepdims").flag("noop_with_empty_axes");
    }

    /** Which axes are reduced; empty where that is not known. */
    private static Optional<boolean[]> reduced(Call call) {
        if (!call.ranked(0)) {
            return Optional.empty();
        }
        int rank = call.shape(0).rank();
        boolean[] reduced = new boolean[rank];
        Optional<long[]> axes = call.longs("axes", 1);
        if (axes.isEmpty() && call.gives("axes", 1)) {
            return Optional.empty();
        }
        if (axes.isEmpty() || axes.get().length == 0) {
            java.util.Arrays.fill(
                    reduced, call.attributes().integer("noop_with_empty_axes", 0) == 0);
        } else {
            for (long axis : axes.get()) {
                reduced[Call.axis(axis, rank)] = true;
            }
        }
        return Optional.of(reduced);
    }

    private static boolean keeps(Call call) {
        return call.attributes().integer("keepdims", 1) == 1;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Optional<boolean[]> reduced = reduced(call);
        if (reduced.isEmpty()) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < reduced.get().length; axis++) {
            if (!reduced.get()[axis]) {
                dims.add(call.shape(0).dim(axis));
            } else if (keeps(call)) {
                dims.add(Dim.of(1));
            }
        }
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        boolean[] reduced = reduced(call).orElse(new boolean[0]);
        int out = 0;
        for (int axis = 0; axis < reduced.length; axis++) {
            if (reduced[axis]) {
                if (call.shape(0).dim(axis).equals(Dim.of(1))) {
                    out += keeps(call) ? 1 : 0;
                    continue;
                }
                links.freeze(call.node().input(0), axis, "a mean is taken over this axis");
                out += keeps(call) ? 1 : 0;
            } else {
                links.tie(call.node().input(0), axis, call.node().output(0), out++);
            }
        }
    }

    @Override
    public boolean trains(Call call) {
        return reduced(call).isPresent() && call.dataType(0).isFloating();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        boolean[] reduced = reduced(call).orElseThrow();
        long[] axes =
                IntStream.range(0, reduced.length).filter(i -> reduced[i]).asLongStream().toArray();
        torch.out(
                axes.length == 0
                        ? torch.in(0)
                        : "torch.mean(%s, %s, %s)"
                                .formatted(
                                        torch.in(0),
                                        TorchWriter.ints(axes),
                                        keeps(call) ? "True" : "False"));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
