package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.nn.ProjectedAttention;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * ONNX Runtime's {@link ProjectedAttention} of bytes: input, weight, float bias, input_scale,
 * weight_scale, optional mask_index, zero points of input and weight, and past, to floats.
 */
@Traits({Trait.QUANTIZED, Trait.MATRIX_PRODUCT})
final class QAttention implements Operator {
    private static final int MASK = 5;
    private static final int PAST = 8;

    private final ProjectedAttention attention = new ProjectedAttention();

    @Override
    public String type() {
        return "QAttention";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public int outputs() {
        return attention.outputs();
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(MASK, PAST + 1).integers(0, 1).reals(2, 3, 4);
        attention.checkSizes(new NodeCheck(plain(node.call())));
    }

    /** The float operator on the bytes alone. */
    private Call plain(Call call) {
        Node node = call.node();
        List<String> inputs =
                List.of(
                        node.input(0),
                        node.input(1),
                        node.input(2),
                        node.input(MASK),
                        node.input(PAST));
        return call.as(
                Node.of(node.name(), attention.type(), inputs, node.outputs(), node.attributes()));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return attention.outputTypes(plain(call)).stream()
                .map(type -> new TensorType(DataType.FLOAT, type.shape()))
                .toList();
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, 2};
    }

    @Override
    public long macs(Call call) {
        return attention.macs(plain(call));
    }
}
