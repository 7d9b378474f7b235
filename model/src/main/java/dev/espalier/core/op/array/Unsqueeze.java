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
 * Adds axes of size 1, so that they stand at the given places of the result. Axes are an attribute
 * before operator set 13 and an input from then on.
 */
@Traits({Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.REARRANGES})
final class Unsqueeze extends Reshaping {
    @Override
    public String type() {
        return "Unsqueeze";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 2).integers(1);
        int added = node.call().attributes().integers("axes").length;
        if (node.call().ranked(0)) {
            int rank = node.call().shape(0).rank() + added;
            node.integers("axes", -rank, rank - 1L);
        }
    }

    /** Which axes of the output are new; empty where that is not known. */
    private static Optional<boolean[]> added(Call call) {
        Optional<long[]> axes = call.longs("axes", 1);
        if (axes.isEmpty() || !call.ranked(0)) {
            return Optional.empty();
        }
        boolean[] added = new boolean[call.shape(0).rank() + axes.get().length];
        for (long axis : axes.get()) {
            int at = Call.axis(axis, added.length);
            if (added[at]) {
                throw new IllegalArgumentException("axis " + axis + " is added twice");
            }
            added[at] = true;
        }
        return Optional.of(added);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Optional<boolean[]> added = added(call);
        if (added.isEmpty()) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> dims = new ArrayList<>();
        int from = 0;
        for (boolean isNew : added.get()) {
            dims.add(isNew ? Dim.of(1) : call.shape(0).dim(from++));
        }
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        boolean[] added = added(call).orElse(new boolean[0]);
        int from = 0;
        for (int axis = 0; axis < added.length; axis++) {
            if (!added[axis]) {
                links.tie(call.node().input(0), from++, call.node().output(0), axis);
            }
        }
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return view(call);
    }

    @Override
    public boolean trains(Call call) {
        return added(call).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        boolean[] added = added(call).orElseThrow();
        String value = torch.in(0);
        for (int axis = 0; axis < added.length; axis++) {
            if (added[axis]) {
                value = "torch.unsqueeze(" + value + ", " + axis + ")";
            }
        }
        torch.out(value);
    }
}
