package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Removes axes of size 1: the given ones, or all where none are given. Axes are an attribute before
 * operator set 13 and an input from then on.
 */
@Traits({Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.REARRANGES})
final class Squeeze extends Reshaping {
    @Override
    public String type() {
        return "Squeeze";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 2).axes("axes", 0).integers(1);
    }

    /** Which axes of the input go; empty where that is not known. */
    private static Optional<boolean[]> removed(Call call) {
        if (!call.ranked(0)) {
            return Optional.empty();
        }
        Shape x = call.shape(0);
        boolean[] removed = new boolean[x.rank()];
        if (!call.gives("axes", 1)) {
            for (int axis = 0; axis < removed.length; axis++) {
                if (!x.dim(axis).isFixed()) {
                    return Optional.empty();
                }
                removed[axis] = x.size(axis) == 1;
            }
            return Optional.of(removed);
        }
        Optional<long[]> axes = call.longs("axes", 1);
        if (axes.isEmpty()) {
            return Optional.empty();
        }
        for (long given : axes.get()) {
            int axis = Call.axis(given, removed.length);
            if (x.dim(axis).isFixed() && x.size(axis) != 1) {
                throw new IllegalArgumentException("axis " + axis + " of " + x + " is not 1");
            }
            removed[axis] = true;
        }
        return Optional.of(removed);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Optional<boolean[]> removed = removed(call);
        if (removed.isEmpty()) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < removed.get().length; axis++) {
            if (!removed.get()[axis]) {
                dims.add(call.shape(0).dim(axis));
            }
        }
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        boolean[] removed = removed(call).orElse(new boolean[0]);
        int to = 0;
        for (int axis = 0; axis < removed.length; axis++) {
            if (!removed[axis]) {
                links.tie(call.node().input(0), axis, call.node().output(0), to++);
            }
        }
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return view(call);
    }

    @Override
    public boolean trains(Call call) {
        return removed(call).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        boolean[] removed = removed(call).orElseThrow();
        String value = torch.in(0);
        for (int axis = removed.length - 1; axis >= 0; axis--) {
            if (removed[axis]) {
                value = "torch.squeeze(" + value + ", " + axis + ")";
            }
        }
        torch.out(value);
    }
}
