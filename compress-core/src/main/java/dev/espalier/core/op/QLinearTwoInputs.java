package dev.espalier.core.op;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import java.util.List;

/**
 * ONNX Runtime's form of an operator with two inputs on bytes: A, A_scale, A_zero_point, B,
 * B_scale, B_zero_point, C_scale, C_zero_point to C; named after the float operator, as in {@code
 * QLinearAdd}.
 */
final class QLinearTwoInputs implements Operator {
    private static final int B = 3;
    private static final int C_ZERO_POINT = 7;

    private final Operator plain;

    QLinearTwoInputs(Operator plain) {
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
                        List.of(node.input(0), node.input(B)),
                        node.outputs(),
                        node.attributes());
        DataType bytes = call.has(C_ZERO_POINT) ? call.dataType(C_ZERO_POINT) : call.dataType(0);
        return plain.outputTypes(call.as(on)).stream()
                .map(type -> new TensorType(bytes, type.shape()))
                .toList();
    }
}
