package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.List;
import java.util.Set;

/** {@code Y = X} where X is positive and {@code slope * X} elsewhere; the slope broadcasts to X. */
final class PRelu extends Broadcast {
    @Override
    public String type() {
        return "PRelu";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).numbers(0, 1);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape broadcast = Shape.broadcast(call.shape(0), call.shape(1));
        if (broadcast.isFixed() && !broadcast.equals(call.shape(0))) {
            throw new IllegalArgumentException(
                    "a slope of shape " + call.shape(1) + " does not fit into " + call.shape(0));
        }
        return call.output(call.shape(0));
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1};
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String x = torch.in(0);
        String positive = torch.let("torch.relu(" + x + ")");
        torch.out(
                "torch.add(%s, torch.mul(%s, torch.sub(%s, %s)))"
                        .formatted(positive, torch.in(1), x, positive));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
