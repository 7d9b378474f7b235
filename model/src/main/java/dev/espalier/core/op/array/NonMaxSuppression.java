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
 * Which of {@code boxes} [N, B, 4] stay by their {@code scores} [N, C, B] where those that overlap
 * a better one go: int64 [?, 3], of each the image, the class and the box. How many there are
 * depends on the numbers.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class NonMaxSuppression implements Operator {
    private static final int CORNERS = 4;
    private static final int RANK = 3;
    private static final int MOST_INPUTS = 5;

    @Override
    public String type() {
        return "NonMaxSuppression";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, MOST_INPUTS).flag("center_point_box").integers(2);
        node.scalar(2).scalar(RANK).scalar(CORNERS);
        Shape boxes = node.call().shape(0);
        Shape scores = node.call().shape(1);
        NodeCheck.require(
                !boxes.isRanked()
                        || boxes.rank() == RANK
                                && (!boxes.dim(-1).isFixed() || boxes.size(-1) == CORNERS),
                "boxes have the shape %s, expected [N,B,4]",
                boxes);
        NodeCheck.require(
                !scores.isRanked() || scores.rank() == RANK,
                "scores have the shape %s, expected [N,C,B]",
                scores);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(
                new TensorType(DataType.INT64, Shape.of(List.of(Dim.UNKNOWN, Dim.of(RANK)))));
    }
}
