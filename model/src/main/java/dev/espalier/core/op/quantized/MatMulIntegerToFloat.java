package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.math.MatMul;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * ONNX Runtime's {@link MatMul} of bytes that gives floats: A, B, a_scale, b_scale, and optional
 * a_zero_point, b_zero_point and float bias, to {@code Y = a_scale b_scale (A - a_zero_point) (B -
 * b_zero_point) + bias}.
 */
@Traits({Trait.QUANTIZED, Trait.MATRIX_PRODUCT})
final class MatMulIntegerToFloat implements Operator {
    private static final int BIAS = 6;

    private final MatMul product = new MatMul();

    @Override
    public String type() {
        return "MatMulIntegerToFloat";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(4, BIAS + 1).integers(0, 1).reals(2, 3, BIAS);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return product.outputTypes(call).stream()
                .map(type -> new TensorType(DataType.FLOAT, type.shape()))
                .toList();
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, BIAS};
    }

    @Override
    public long macs(Call call) {
        return product.macs(call);
    }
}
