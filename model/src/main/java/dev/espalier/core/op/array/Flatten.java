package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.List;
import java.util.Optional;

/**
 * Sees a tensor as a matrix: the axes before {@code axis} (default 1) become rows, the others
 * columns.
 */
final class Flatten extends Reshaping {
    @Override
    public String type() {
        return "Flatten";
    }

    @Override
    public void check(NodeCheck node) {
        int rank = node.call().ranked(0) ? node.call().shape(0).rank() : NodeCheck.MOST_AXES;
        node.inputs(1).integer("axis", -rank, rank);
    }

    private static int split(Call call) {
        int rank = call.shape(0).rank();
        long axis = call.attributes().integer("axis", 1);
        return axis == rank ? rank : Call.axis(axis, rank);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked()) {
            return call.output(Shape.of(List.of(Dim.UNKNOWN, Dim.UNKNOWN)));
        }
        int split = split(call);
        return call.output(
                Shape.of(List.of(Shapes.product(x, 0, split), Shapes.product(x, split, x.rank()))));
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return view(call);
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0)
                && (Shapes.product(call.shape(0), split(call), call.shape(0).rank()).isFixed()
                        || Shapes.product(call.shape(0), 0, split(call)).isFixed());
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        Shape x = call.shape(0);
        Dim columns = Shapes.product(x, split(call), x.rank());
        Dim rows = Shapes.product(x, 0, split(call));
        torch.out(
                "torch.reshape(%s, [%s, %s])"
                        .formatted(
                                torch.in(0),
                                columns.isFixed() ? "-1" : rows,
                                columns.isFixed() ? columns : "-1"));
    }
}
