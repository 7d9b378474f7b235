package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;

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
    public Optional<List<Tensor>> evaluate(Call call) {
        boolean hasSignOfA = call.attributes().integer("fmod", 0) == 1;
        // Java's long is signed, which the largest of the unsigned 64-bit numbers are not.
        if (call.dataType(0) == DataType.UINT64 || call.dataType(0).isFloating() && !hasSignOfA) {
            return Optional.empty();
        }
        return Constants.combine(
                call, (a, b) -> a % b, (a, b) -> hasSignOfA ? a % b : Math.floorMod(a, b));
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
