package dev.espalier.core.op.math;

import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The bits of unsigned integers X moved by Y places, element by element under broadcasting; {@code
 * direction} says LEFT or RIGHT. A shift by all bits or more is left to the runtime.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class BitShift extends Broadcast {
    @Override
    public String type() {
        return "BitShift";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).integers(0, 1).numbers(0, 1).word("direction", "LEFT", "RIGHT");
        NodeCheck.require(node.call().attributes().has("direction"), "direction is missing");
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        int bits = call.dataType(0).bits();
        boolean isLeft = call.attributes().string("direction", "").equals("LEFT");
        boolean isDefined =
                call.constantLongs(1)
                        .filter(by -> Arrays.stream(by).allMatch(n -> n >= 0 && n < bits))
                        .isPresent();
        return isDefined
                ? Constants.combine(call, (a, b) -> Double.NaN, (a, b) -> isLeft ? a << b : a >>> b)
                : Optional.empty();
    }

    @Override
    public boolean trains(Call call) {
        return false;
    }
}
