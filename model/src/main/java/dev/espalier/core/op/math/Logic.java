package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;
import java.util.function.LongBinaryOperator;

/** And, Or and Xor of truths (bool), element by element under broadcasting. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Logic extends Broadcast {
    private final String type;
    private final String torchName;
    private final LongBinaryOperator bits;

    private Logic(String type, String torchName, LongBinaryOperator bits) {
        this.type = type;
        this.torchName = torchName;
        this.bits = bits;
    }

    /** All of them, in alphabetical order. */
    static List<Operator> all() {
        return List.of(
                new Logic("And", "logical_and", (a, b) -> a & b),
                new Logic("Or", "logical_or", (a, b) -> a | b),
                new Logic("Xor", "logical_xor", (a, b) -> a ^ b));
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2);
        truths(node, 0);
        truths(node, 1);
    }

    /** Refuses a constant input that holds anything but truths. */
    static void truths(NodeCheck node, int i) {
        node.call()
                .constant(i)
                .ifPresent(
                        tensor ->
                                NodeCheck.require(
                                        tensor.dataType() == DataType.BOOL,
                                        "input %s '%s' is %s, expected truths (bool)",
                                        i,
                                        node.call().node().input(i),
                                        tensor.type()));
    }

    @Override
    protected DataType resultType(Call call) {
        return DataType.BOOL;
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return Constants.combine(call, (a, b) -> Double.NaN, bits);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.%s(%s, %s)".formatted(torchName, torch.in(0), torch.in(1)));
    }
}
