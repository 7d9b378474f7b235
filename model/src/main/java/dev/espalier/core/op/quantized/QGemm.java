package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.math.Gemm;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX Runtime's {@link Gemm} of bytes: A, a_scale, a_zero_point, B, b_scale, b_zero_point,
 * optional C of 32-bit integers, and y_scale and y_zero_point, without which Y is float.
 */
@Traits({Trait.QUANTIZED, Trait.MATRIX_PRODUCT})
final class QGemm implements Operator {
    private static final int B = 3;
    private static final int C = 6;
    private static final int Y_ZERO_POINT = 8;

    private final Gemm gemm = new Gemm();

    @Override
    public String type() {
        return "QGemm";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(B + 2, Y_ZERO_POINT + 1).integers(0, B, C).real("alpha");
    }

    /** The float operator on the bytes alone. */
    private static Call plain(Call call) {
        Node node = call.node();
        List<String> inputs = new ArrayList<>(List.of(node.input(0), node.input(B)));
        if (call.has(C)) {
            inputs.add(node.input(C));
        }
        return call.as(Node.of(node.name(), "Gemm", inputs, node.outputs(), node.attributes()));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        DataType type = call.has(Y_ZERO_POINT) ? call.dataType(Y_ZERO_POINT) : DataType.FLOAT;
        return gemm.outputTypes(plain(call)).stream()
                .map(plain -> new TensorType(type, plain.shape()))
                .toList();
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {B, C};
    }

    @Override
    public long macs(Call call) {
        return gemm.macs(plain(call));
    }
}
