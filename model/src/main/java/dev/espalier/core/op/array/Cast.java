package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;

/** The same numbers in the element type {@code to}; reals become integers by cutting off. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.RETYPES})
final class Cast extends Elementwise {
    @Override
    public String type() {
        return "Cast";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).type("to");
    }

    private static DataType to(Call call) {
        long id = call.attributes().integer("to", 0);
        return DataType.ofId((int) id)
                .orElseThrow(() -> new IllegalArgumentException("unknown element type " + id));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(new TensorType(to(call), call.shape(0)));
    }

    @Override
    public int[] movedInputs(Call call) {
        return to(call) == DataType.INT64 ? new int[] {0} : new int[0];
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        DataType to = to(call);
        if (x.isEmpty()) {
            return Optional.empty();
        }
        DataType from = x.get().dataType();
        if (from == to) {
            return Constants.one(x.get());
        }
        if (from.isFloating() && to.isFloating()) {
            return Constants.one(Tensor.ofReals(to, x.get().shape(), x.get().toDoubles()));
        }
        if (from.isFloating() && to.isInteger()) {
            return fromReals(x.get(), to);
        }
        if (from.isInteger() && to.isInteger()) {
            return Constants.one(Tensor.ofIntegers(to, x.get().shape(), x.get().toLongs()));
        }
        return from.isInteger() && from != DataType.UINT64 && to.isFloating()
                ? fromIntegers(x.get(), to)
                : Optional.empty();
    }

    private static Optional<List<Tensor>> fromReals(Tensor x, DataType to) {
        double[] reals = x.toDoubles();
        long[] integers = new long[reals.length];
        for (int i = 0; i < reals.length; i++) {
            integers[i] = to == DataType.BOOL ? (reals[i] == 0 ? 0 : 1) : (long) reals[i];
        }
        return Constants.one(Tensor.ofIntegers(to, x.shape(), integers));
    }

    private static Optional<List<Tensor>> fromIntegers(Tensor x, DataType to) {
        long[] integers = x.toLongs();
        double[] reals = new double[integers.length];
        for (int i = 0; i < reals.length; i++) {
            // By way of float, so that a large number is rounded once.
            reals[i] = to == DataType.DOUBLE ? integers[i] : (float) integers[i];
        }
        return Constants.one(Tensor.ofReals(to, x.shape(), reals));
    }

    @Override
    public boolean changesNothing(Call call) {
        return call.type(0)
                .map(type -> type.dataType().id() == call.attributes().integer("to", 0))
                .orElse(false);
    }

    @Override
    public boolean trains(Call call) {
        return TorchWriter.hasType(to(call));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.to(" + torch.in(0) + ", " + TorchWriter.type(to(call)) + ")");
    }
}
