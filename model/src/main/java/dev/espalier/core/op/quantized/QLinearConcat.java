package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.array.Concat;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX Runtime's {@link Concat} of bytes on several grids: Y_scale, Y_zero_point, then each part
 * with its scale and zero point to Y.
 */
@Traits(Trait.QUANTIZED)
final class QLinearConcat implements Operator {
    private static final int GRID = 2;
    private static final int EACH = 3;

    private final Concat concat = new Concat();

    @Override
    public String type() {
        return "QLinearConcat";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    /** The float operator on the bytes alone. */
    private static Call plain(Call call) {
        Node node = call.node();
        List<String> parts = new ArrayList<>();
        for (int i = GRID; i < node.inputs().size(); i += EACH) {
            parts.add(node.input(i));
        }
        return call.as(Node.of(node.name(), "Concat", parts, node.outputs(), node.attributes()));
    }

    @Override
    public void check(NodeCheck node) {
        concat.check(new NodeCheck(plain(node.inputs(GRID + EACH, Integer.MAX_VALUE).call())));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return concat.outputTypes(plain(call)).stream()
                .map(type -> new TensorType(call.dataType(1), type.shape()))
                .toList();
    }
}
