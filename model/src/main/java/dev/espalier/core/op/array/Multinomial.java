package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * {@code sample_size} (default 1) classes drawn at random by each row of X [N, C], logarithms of
 * their chances, as [N, sample_size] of the type {@code dtype} (default int32).
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Multinomial implements Operator {
    @Override
    public String type() {
        return "Multinomial";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).type("dtype").integer("sample_size", 1, NodeCheck.MOST);
        Shape x = node.call().shape(0);
        NodeCheck.require(
                !x.isRanked() || x.rank() == 2, "input 0 has the shape %s, expected [N,C]", x);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Dim rows = call.ranked(0) ? call.shape(0).dim(0) : Dim.UNKNOWN;
        Dim samples = Dim.of(call.attributes().integer("sample_size", 1));
        return List.of(
                new TensorType(
                        RandomLike.type(call, DataType.INT32), Shape.of(List.of(rows, samples))));
    }
}
