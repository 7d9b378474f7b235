package dev.espalier.core.op;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX Runtime's {@link Concat} of bytes on several grids: Y_scale, Y_zero_point, then each part
 * with its scale and zero point to Y.
 */
public final class QLinearConcat implements Operator {
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

    @Override
    public List<TensorType> outputTypes(Call call) {
        Node node = call.node();
        List<String> parts = new ArrayList<>();
        for (int i = GRID; i < node.inputs().size(); i += EACH) {
            parts.add(node.input(i));
        }
        Node on = Node.of(node.name(), "Concat", parts, node.outputs(), node.attributes());
        return concat.outputTypes(call.as(on)).stream()
                .map(type -> new TensorType(call.dataType(1), type.shape()))
                .toList();
    }
}
