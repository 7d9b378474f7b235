package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.math.MatMul;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * {@link MatMul} of bytes: a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale,
 * y_zero_point to y.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.QUANTIZED, Trait.MATRIX_PRODUCT})
final class QLinearMatMul implements Operator {
    private static final int B = 3;
    private static final int Y_ZERO_POINT = 7;

    private final MatMul product = new MatMul();

    @Override
    public String type() {
        return "QLinearMatMul";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(Y_ZERO_POINT + 1).reals(1, B + 1, Y_ZERO_POINT - 1);
    }

    /** The float operator on the bytes alone. */
    private static Call plain(Call call) {
        Node node = call.node();
        List<String> inputs = List.of(node.input(0), node.input(B));
        return call.as(Node.of(node.name(), "MatMul", inputs, node.outputs(), node.attributes()));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        DataType bytes = call.dataType(Y_ZERO_POINT);
        return product.outputTypes(plain(call)).stream()
                .map(type -> new TensorType(bytes, type.shape()))
                .toList();
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {B};
    }

    @Override
    public long macs(Call call) {
        return product.macs(plain(call));
    }
}
