package dev.espalier.core.op.spec;

import dev.espalier.core.ir.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * An operator that maps each element of one input on its own: same type, shape and channels out.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
public abstract class Elementwise implements Operator {
    @Override
    public void check(NodeCheck node) {
        node.inputs(1);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Optional<TensorType> type = call.type(0);
        return type.map(List::of).orElse(List.of());
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (int axis = 0; axis < call.shape(0).rank(); axis++) {
            links.tie(call.node().input(0), axis, call.node().output(0), axis);
        }
    }

    @Override
    public boolean trains(Call call) {
        return true;
    }
}
