package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.nn.Conv;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * {@link Conv} of bytes in 32-bit integers: {@code Y = Conv(X - x_zero_point, W - w_zero_point)}.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.QUANTIZED})
final class ConvInteger implements Operator {
    private final Conv conv = new Conv();

    @Override
    public String type() {
        return "ConvInteger";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, 4).integers(1, 2, 3).scalar(2);
        conv.checkWindow(new NodeCheck(plain(node.call())));
    }

    /** The float operator on the bytes alone. */
    private static Call plain(Call call) {
        Node node = call.node();
        List<String> inputs = List.of(node.input(0), node.input(1));
        return call.as(Node.of(node.name(), "Conv", inputs, node.outputs(), node.attributes()));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return conv.outputTypes(plain(call)).stream()
                .map(type -> new TensorType(DataType.INT32, type.shape()))
                .toList();
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1};
    }

    @Override
    public long macs(Call call) {
        return conv.macs(plain(call));
    }
}
