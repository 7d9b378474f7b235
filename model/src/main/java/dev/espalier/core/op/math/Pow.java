package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;

/** {@code Z = X ^ Y}, element by element under broadcasting, in the element type of X. */
final class Pow extends Broadcast {
    @Override
    public String type() {
        return "Pow";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2);
    }

    @Override
    public boolean trains(Call call) {
        return call.dataType(0).isFloating() && call.dataType(1).isFloating();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.pow(" + torch.in(0) + ", " + torch.in(1) + ")");
    }
}
