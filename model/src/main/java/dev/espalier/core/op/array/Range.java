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
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;

/** The numbers {@code start + i * delta} before {@code limit}, as a vector. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Range implements Operator {
    @Override
    public String type() {
        return "Range";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3).numbers(0, 1, 2);
    }

    /** How many numbers there are; empty where a bound is not known. */
    private static Optional<Long> count(Call call) {
        for (int i = 0; i < 3; i++) {
            if (call.constant(i).filter(t -> t.elementCount() == 1).isEmpty()) {
                return Optional.empty();
            }
        }
        double start = number(call, 0);
        double limit = number(call, 1);
        double delta = number(call, 2);
        if (delta == 0) {
            throw new IllegalArgumentException("a delta of 0");
        }
        double count = Math.max(0, Math.ceil((limit - start) / delta));
        if (!(count < Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("a range of " + count + " numbers");
        }
        return Optional.of((long) count);
    }

    private static double number(Call call, int i) {
        Tensor tensor = call.constant(i).orElseThrow();
        return tensor.dataType().isFloating() ? tensor.toDoubles()[0] : tensor.toLongs()[0];
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Dim dim = count(call).map(Dim::of).orElse(Dim.UNKNOWN);
        return call.output(Shape.of(List.of(dim)));
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        DataType type = call.dataType(0);
        Optional<Long> count = count(call);
        if (count.isEmpty() || !type.isFloating() && !type.isInteger()) {
            return Optional.empty();
        }
        Shape shape = Shape.of(count.get());
        if (type.isFloating()) {
            double[] reals = new double[count.get().intValue()];
            for (int i = 0; i < reals.length; i++) {
                reals[i] = number(call, 0) + i * number(call, 2);
            }
            return Constants.one(Tensor.ofReals(type, shape, reals));
        }
        long start = call.constantLongs(0).orElseThrow()[0];
        long delta = call.constantLongs(2).orElseThrow()[0];
        long[] integers = new long[count.get().intValue()];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = start + i * delta;
        }
        return Constants.one(Tensor.ofIntegers(type, shape, integers));
    }

    @Override
    public boolean trains(Call call) {
        return TorchWriter.hasType(call.dataType(0)) && count(call).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(torch.constant(evaluate(call).orElseThrow().get(0)));
    }
}
