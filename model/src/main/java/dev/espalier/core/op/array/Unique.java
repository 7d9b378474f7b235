package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * The elements without repetitions, or the slices along {@code axis} where it is given; further
 * outputs (int64) are where each was first, which one each of the input became, and how often it
 * was there. How many there are depends on the numbers.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Unique implements Operator {
    private static final int MOST_OUTPUTS = 4;

    @Override
    public String type() {
        return "Unique";
    }

    @Override
    public int outputs() {
        return MOST_OUTPUTS;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).axis("axis", 0).flag("sorted");
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        boolean isFlat = !call.attributes().has("axis");
        Shape some = Shape.of(List.of(Dim.UNKNOWN));
        Shape values = isFlat ? some : Shape.UNRANKED;
        Dim count = Dim.UNKNOWN;
        if (x.isRanked() && isFlat) {
            count = Shapes.product(x, 0, x.rank());
        } else if (x.isRanked()) {
            int axis = Call.axis(call.attributes().integer("axis", 0), x.rank());
            count = x.dim(axis);
            values = x.with(axis, Dim.UNKNOWN);
        }
        TensorType indices = new TensorType(DataType.INT64, some);
        return List.of(
                new TensorType(call.dataType(0), values),
                indices,
                new TensorType(DataType.INT64, Shape.of(List.of(count))),
                indices);
    }
}
