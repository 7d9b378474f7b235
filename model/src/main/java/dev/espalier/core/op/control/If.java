package dev.espalier.core.op.control;

import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs the graph {@code then_branch} where its one input, a Boolean, holds, and {@code else_branch}
 * where it does not. Both read the values around the node by name and have as many outputs as the
 * node. Where the condition is not constant an output is what both branches agree on.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class If implements Operator {
    private static final String THEN = "then_branch";
    private static final String ELSE = "else_branch";

    @Override
    public String type() {
        return "If";
    }

    @Override
    public int outputs() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).scalar(0);
        int outputs = node.call().node().outputs().size();
        node.body(THEN, 0, outputs).body(ELSE, 0, outputs);
    }

    /** Empty where it is known at run time only. */
    private static Optional<Boolean> holds(Call call) {
        return call.constant(0)
                .filter(value -> value.dataType().isInteger() && value.elementCount() == 1)
                .map(Tensor::toLongs)
                .map(value -> value[0] != 0);
    }

    @Override
    public List<Optional<TensorType>> types(Call call) {
        Optional<Boolean> holds = holds(call);
        if (holds.isPresent()) {
            // What is never taken need not fit: mostly that is why it is not.
            return call.bodyTypes(holds.get() ? THEN : ELSE, List.of());
        }
        List<Optional<TensorType>> chosen = call.bodyTypes(THEN, List.of());
        List<Optional<TensorType>> other = call.bodyTypes(ELSE, List.of());
        List<Optional<TensorType>> both = new ArrayList<>();
        for (int i = 0; i < Math.min(chosen.size(), other.size()); i++) {
            both.add(Common.of(chosen.get(i), other.get(i)));
        }
        return both;
    }

    @Override
    public OptionalLong runs(Call call, String attribute) {
        boolean taken = holds(call).map(then -> then == attribute.equals(THEN)).orElse(true);
        return OptionalLong.of(taken ? 1 : 0);
    }

    @Override
    public boolean runsOneBody() {
        return true;
    }
}
