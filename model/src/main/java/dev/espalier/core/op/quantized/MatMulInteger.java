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
 * {@link MatMul} of bytes in 32-bit integers: {@code Y = (A - a_zero_point) (B - b_zero_point)}.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.QUANTIZED, Trait.MATRIX_PRODUCT})
final class MatMulInteger implements Operator {
    private final MatMul product = new MatMul();

    @Override
    public String type() {
        return "MatMulInteger";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, 4).integers(0, 1, 2, 3);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return product.outputTypes(call).stream()
                .map(type -> new TensorType(DataType.INT32, type.shape()))
                .toList();
    }

    @Override
    public int[] parameters(Call call) {
        return product.parameters(call);
    }

    @Override
    public long macs(Call call) {
        return product.macs(call);
    }
}
