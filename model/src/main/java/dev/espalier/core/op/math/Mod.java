package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/**
 * The remainder of {@code A / B}, element by element under broadcasting; it has the sign of B, or
 * of A where {@code fmod} says so, as it must for reals.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.DIVIDES})
final class Mod extends Broadcast {
    @Override
    public String type() {
        return "Mod";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).numbers(0, 1).flag("fmod");
        IntegerDivision.check(node);
    }

    @Override
    public boolean trains(Call call) {
        return call.dataType(0).isFloating();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.fmod(" + torch.in(0) + ", " + torch.in(1) + ")");
    }
}
