package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Reduces each channel of X [N, C, D1..Dn] to one number: Y is [N, C, 1..1]. */
abstract class GlobalPool implements Operator {
    @Override
    public void check(NodeCheck node) {
        node.inputs(1);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked()) {
            return List.of();
        }
        if (x.rank() < 2) {
            throw new IllegalArgumentException("input " + x + " has no channels");
        }
        List<Dim> dims = new ArrayList<>(x.dims().subList(0, 2));
        IntStream.range(2, x.rank()).forEach(axis -> dims.add(Dim.of(1)));
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Pool.tieSamplesAndChannels(call, links);
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && call.shape(0).rank() > 2;
    }

    /** The axes that are reduced, as TorchScript has them. */
    static String axes(Call call) {
        return TorchWriter.ints(IntStream.range(2, call.shape(0).rank()).asLongStream().toArray());
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
