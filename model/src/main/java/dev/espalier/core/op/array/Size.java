package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;

/**
 * The number of elements, an int64 scalar.
 *
 * <p>Channels: the number may not change, so that all of every axis is needed.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.MEASURES})
final class Size implements Operator {
    @Override
    public String type() {
        return "Size";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(new TensorType(DataType.INT64, Shape.SCALAR));
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Shape shape = call.shape(0);
        if (!shape.isRanked() || !call.follows() && !shape.isFixed()) {
            return Optional.empty();
        }
        Dim count = Shapes.product(shape, 0, shape.rank());
        return Constants.one(Tensor.ofLongs(Shape.SCALAR, call.open().standIn(count)));
    }

    @Override
    public boolean trains(Call call) {
        return true;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.prod(torch._shape_as_tensor(" + torch.in(0) + "))");
    }
}
