package dev.espalier.core.op.math;

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

/** BitwiseAnd, BitwiseOr and BitwiseXor of integers, element by element under broadcasting. */
@Traits(Trait.UNCHANGED_13_TO_21)
final class BitwiseMath extends Broadcast {
    private final String type;
    private final String torchName;
    private final LongBinaryOperator bits;

    private BitwiseMath(String type, String torchName, LongBinaryOperator bits) {
        this.type = type;
        this.torchName = torchName;
        this.bits = bits;
    }

    /** All of them, in alphabetical order. */
    static List<Operator> all() {
        return List.of(
                new BitwiseMath("BitwiseAnd", "bitwise_and", (a, b) -> a & b),
                new BitwiseMath("BitwiseOr", "bitwise_or", (a, b) -> a | b),
                new BitwiseMath("BitwiseXor", "bitwise_xor", (a, b) -> a ^ b));
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).integers(0, 1).numbers(0, 1);
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return Constants.combine(call, (a, b) -> Double.NaN, bits);
    }

    @Override
    public boolean trains(Call call) {
        return TorchWriter.hasType(call.dataType(0));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.%s(%s, %s)".formatted(torchName, torch.in(0), torch.in(1)));
    }
}
