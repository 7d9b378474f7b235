package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.List;
import java.util.Optional;

/** The elements of X where the condition holds and those of Y elsewhere, under broadcasting. */
final class Where extends Broadcast {
    @Override
    public String type() {
        return "Where";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3);
    }

    @Override
    protected DataType resultType(Call call) {
        return call.dataType(1);
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {1, 2};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> condition = call.constant(0);
        Optional<Tensor> x = call.constant(1);
        Optional<Tensor> y = call.constant(2);
        Shape shape = call.outputType(0).map(TensorType::shape).orElse(Shape.UNRANKED);
        if (condition.isEmpty() || x.isEmpty() || y.isEmpty() || !shape.isFixed()) {
            return Optional.empty();
        }
        long[] holds = condition.get().toLongs();
        int[] at = Constants.broadcastIndices(condition.get().shape(), shape);
        int[] ofX = Constants.broadcastIndices(x.get().shape(), shape);
        int[] ofY = Constants.broadcastIndices(y.get().shape(), shape);
        DataType type = x.get().dataType();
        if (type.isFloating()) {
            double[] picked = new double[at.length];
            double[] left = x.get().toDoubles();
            double[] right = y.get().toDoubles();
            for (int i = 0; i < picked.length; i++) {
                picked[i] = holds[at[i]] != 0 ? left[ofX[i]] : right[ofY[i]];
            }
            return Constants.one(Tensor.ofReals(type, shape, picked));
        }
        if (!type.isInteger()) {
            return Optional.empty();
        }
        long[] picked = new long[at.length];
        long[] left = x.get().toLongs();
        long[] right = y.get().toLongs();
        for (int i = 0; i < picked.length; i++) {
            picked[i] = holds[at[i]] != 0 ? left[ofX[i]] : right[ofY[i]];
        }
        return Constants.one(Tensor.ofIntegers(type, shape, picked));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.where(%s, %s, %s)".formatted(torch.in(0), torch.in(1), torch.in(2)));
    }
}
