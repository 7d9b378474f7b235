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
import java.util.ArrayList;
import java.util.List;

/**
 * {@link Conv} of bytes: x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point,
 * optional B of 32-bit integers to y.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.QUANTIZED})
final class QLinearConv implements Operator {
    private static final int W = 3;
    private static final int Y_ZERO_POINT = 7;
    private static final int B = 8;

    private final Conv conv = new Conv();

    @Override
    public String type() {
        return "QLinearConv";
    }

    @Override
    public void check(NodeCheck node) {
        Call plain = plain(node.call());
        node.inputs(B, B + 1).integers(W, B).reals(1, W + 1, Y_ZERO_POINT - 1);
        conv.checkWindow(new NodeCheck(plain));
    }

    /** The float operator on the bytes alone. */
    private Call plain(Call call) {
        Node node = call.node();
        List<String> inputs = new ArrayList<>(List.of(node.input(0), node.input(W)));
        if (call.has(B)) {
            inputs.add(node.input(B));
        }
        return call.as(Node.of(node.name(), "Conv", inputs, node.outputs(), node.attributes()));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        DataType bytes = call.dataType(Y_ZERO_POINT);
        return conv.outputTypes(plain(call)).stream()
                .map(type -> new TensorType(bytes, type.shape()))
                .toList();
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {W, B};
    }

    @Override
    public long macs(Call call) {
        return conv.macs(plain(call));
    }
}
