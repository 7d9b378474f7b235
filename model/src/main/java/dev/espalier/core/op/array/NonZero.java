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
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where the elements other than zero are, as int64 [rank, ?]: a column of indices for each, in
 * row-major order. How many there are depends on the numbers.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class NonZero implements Operator {
    /** Indices that are made here at most; a small tensor may have many axes. */
    private static final long MOST_MADE = 1 << 22;

    @Override
    public String type() {
        return "NonZero";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        // Of a single number the standard has no row, and the runtime has one.
        int rank = call.ranked(0) ? call.shape(0).rank() : 0;
        Dim rows = rank > 0 ? Dim.of(rank) : Dim.UNKNOWN;
        return List.of(new TensorType(DataType.INT64, Shape.of(List.of(rows, Dim.UNKNOWN))));
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        if (x.isEmpty()
                || x.get().shape().rank() == 0
                || x.get().elementCount() > MOST_MADE / x.get().shape().rank()
                || !x.get().dataType().isFloating() && !x.get().dataType().isInteger()) {
            return Optional.empty();
        }
        double[] values = x.get().toDoubles();
        int[] found = IntStream.range(0, values.length).filter(i -> values[i] != 0).toArray();
        Shape shape = x.get().shape();
        long[] strides = Constants.strides(shape);
        long[] indices = new long[Math.multiplyExact(shape.rank(), found.length)];
        for (int axis = 0; axis < shape.rank(); axis++) {
            for (int i = 0; i < found.length; i++) {
                indices[axis * found.length + i] = found[i] / strides[axis] % shape.size(axis);
            }
        }
        return Constants.one(Tensor.ofLongs(Shape.of(shape.rank(), found.length), indices));
    }
}
