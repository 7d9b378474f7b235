package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.math.MatMul;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * ONNX Runtime's {@link MatMul} of reals A, which it puts on a grid of bytes first, with bytes B:
 * {@code Y = A (b_scale (B - b_zero_point)) + bias}, the last two optional.
 */
@Traits({Trait.QUANTIZED, Trait.MATRIX_PRODUCT})
final class DynamicQuantizeMatMul implements Operator {
    private static final int BIAS = 4;

    private final MatMul product = new MatMul();

    @Override
    public String type() {
        return "DynamicQuantizeMatMul";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3, BIAS + 1).integers(1, 3).reals(2, BIAS);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return product.outputTypes(call);
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
