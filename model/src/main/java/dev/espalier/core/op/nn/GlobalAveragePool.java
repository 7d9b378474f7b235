package dev.espalier.core.op.nn;

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
import java.util.Set;
import java.util.stream.IntStream;

/** The mean of each channel: X [N, C, D1..Dn] to Y [N, C, 1..1]. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
public final class GlobalAveragePool implements Operator {
    @Override
    public String type() {
        return "GlobalAveragePool";
    }

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

    @Override
    public void torch(Call call, TorchWriter torch) {
        long[] axes = IntStream.range(2, call.shape(0).rank()).asLongStream().toArray();
        torch.out("torch.mean(%s, %s, True)".formatted(torch.in(0), TorchWriter.ints(axes)));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
