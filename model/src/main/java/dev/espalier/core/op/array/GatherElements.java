package dev.espalier.core.op.array;

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
import java.util.List;
import java.util.Set;

/**
 * For each element of {@code indices} the element of {@code data} at the same place but for {@code
 * axis} (default 0), where the index says which; the result has the shape of the indices.
 *
 * <p>Channels: along other axes of equal size data, indices and result go together; the axis of
 * data stays.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class GatherElements implements Operator {
    @Override
    public String type() {
        return "GatherElements";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).axis("axis", 0).integers(1);
        checkShapes(node.call(), 1);
    }

    /** Refuses an input {@code i} that reaches beyond data beside the axis. */
    static void checkShapes(Call call, int i) {
        Shape data = call.shape(0);
        Shape indices = call.shape(i);
        if (!data.isRanked() || !indices.isRanked()) {
            return;
        }
        boolean fits = data.rank() == indices.rank() && data.rank() > 0;
        for (int k = 0; fits && k < data.rank(); k++) {
            Dim found = indices.dim(k);
            fits =
                    k == axis(call)
                            || !found.isFixed()
                            || !data.dim(k).isFixed()
                            || found.size() <= data.size(k);
        }
        NodeCheck.require(
                fits, "indices %s do not fit data %s, which has to be as large", indices, data);
        if (i == 1) {
            Indices.along(call, data.dim(axis(call)));
        }
    }

    static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", 0), call.shape(0).rank());
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(call.shape(1));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String data = call.node().input(0);
        String indices = call.node().input(1);
        String y = call.node().output(0);
        for (int k = 0; k < call.shape(0).rank(); k++) {
            if (k == axis(call)) {
                links.freeze(data, k, "single entries of it are looked up");
                links.tie(indices, k, y, k);
            } else if (call.shape(0).dim(k).equals(call.shape(1).dim(k))) {
                links.tie(data, k, y, k);
                links.tie(indices, k, y, k);
            }
        }
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && TorchWriter.hasType(call.dataType(0));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String indices = Indices.torch(call, torch, axis(call));
        torch.out("torch.gather(%s, %s, %s)".formatted(torch.in(0), axis(call), indices));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
