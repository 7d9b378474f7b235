package dev.espalier.core.op;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import java.util.List;

/**
 * ONNX Runtime's form of an operator with one input on bytes: X, x_scale, x_zero_point, y_scale,
 * y_zero_point to Y; named after the float operator, as in {@code QLinearAveragePool}.
 */
final class QLinearOneInput implements Operator {
    private static final int Y_ZERO_POINT = 4;

    private final Operator plain;

    QLinearOneInput(Operator plain) {
        this.plain = plain;
    }

    @Override
    public String type() {
        return "QLinear" + plain.type();
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Node node = call.node();
        Node on =
                Node.of(
                        node.name(),
                        plain.type(),
                        List.of(node.input(0)),
                        node.outputs(),
                        node.attributes());
        DataType bytes = call.has(Y_ZERO_POINT) ? call.dataType(Y_ZERO_POINT) : call.dataType(0);
        return plain.outputTypes(call.as(on)).stream()
                .map(type -> new TensorType(bytes, type.shape()))
                .toList();
    }
}
