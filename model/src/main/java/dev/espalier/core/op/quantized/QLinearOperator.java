package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ONNX Runtime's form of an operator on bytes, named after the float operator as in {@code
 * QLinearAdd}: A, A_scale, A_zero_point, the same of B where there are two, C_scale, C_zero_point
 * to C.
 */
@Traits(Trait.QUANTIZED)
final class QLinearOperator implements Operator {
    /** A value, its scale and its zero point. */
    private static final int INPUTS_A_VALUE = 3;

    private final Operator plain;
    private final int values;

    /**
     * @param values how many the float operator reads
     */
    QLinearOperator(Operator plain, int values) {
        this.plain = plain;
        this.values = values;
    }

    @Override
    public String type() {
        return "QLinear" + plain.type();
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    /** The float operator on the bytes alone. */
    private Call plain(Call call) {
        Node node = call.node();
        List<String> read =
                IntStream.range(0, values).mapToObj(i -> node.input(i * INPUTS_A_VALUE)).toList();
        return call.as(Node.of(node.name(), plain.type(), read, node.outputs(), node.attributes()));
    }

    @Override
    public void check(NodeCheck node) {
        plain.check(new NodeCheck(plain(node.call())));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        int zeroPoint = values * INPUTS_A_VALUE + 1;
        DataType bytes = call.has(zeroPoint) ? call.dataType(zeroPoint) : call.dataType(0);
        return plain.outputTypes(plain(call)).stream()
                .map(type -> new TensorType(bytes, type.shape()))
                .toList();
    }
}
