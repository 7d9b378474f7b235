package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * Rounds X to bytes whose grid it takes from X itself: {@code y = saturate(round(x / y_scale) +
 * y_zero_point)}, {@code y_scale = (max(X, 0) - min(X, 0)) / 255}, {@code y_zero_point =
 * saturate(round(-min(X, 0) / y_scale))}. The outputs are y, y_scale [] and y_zero_point [].
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class DynamicQuantizeLinear implements Operator {
    @Override
    public String type() {
        return "DynamicQuantizeLinear";
    }

    @Override
    public int outputs() {
        return 3;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(
                new TensorType(DataType.UINT8, call.shape(0)),
                new TensorType(DataType.FLOAT, Shape.SCALAR),
                new TensorType(DataType.UINT8, Shape.SCALAR));
    }
}
