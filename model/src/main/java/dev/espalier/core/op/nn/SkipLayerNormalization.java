package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX Runtime's {@code Y = LayerNormalization(S) gamma + beta} over the last axis of a residual
 * sum {@code S = input + skip + bias}. The further outputs are mean and 1 / deviation, with that
 * axis of size 1, and S. Its channels are frozen: statistics are taken over them.
 */
final class SkipLayerNormalization implements Operator {
    private static final int SUM = 3;

    @Override
    public String type() {
        return "SkipLayerNormalization";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public int outputs() {
        return 4;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3, 5).real("epsilon").reals(2, 3, 4);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < call.node().outputs().size(); i++) {
            boolean whole = i == 0 || i == SUM || !x.isRanked() || x.rank() == 0;
            types.add(new TensorType(call.dataType(0), whole ? x : x.with(-1, Dim.of(1))));
        }
        return types;
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {2, 3, 4};
    }
}
