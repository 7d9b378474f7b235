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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A tensor of the shape that the input holds, filled with {@code value} (default float 0). */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class ConstantOfShape implements Operator {
    private static final Tensor ZERO = Tensor.ofFloats(Shape.of(1), 0);

    @Override
    public String type() {
        return "ConstantOfShape";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).integers(0);
        NodeCheck.require(
                value(node.call()).elementCount() == 1,
                "value holds %s numbers, expected 1",
                value(node.call()).elementCount());
    }

    private static Tensor value(Call call) {
        return call.attributes().tensor("value").orElse(ZERO);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        DataType type = value(call).dataType();
        return List.of(new TensorType(type, shape(call, 0)));
    }

    /** The shape that the vector of integers in input {@code i} describes. */
    static Shape shape(Call call, int i) {
        Optional<long[]> sizes = call.sizes(i);
        if (sizes.isPresent()) {
            List<Dim> dims = new ArrayList<>();
            for (long size : sizes.get()) {
                if (size < 0) {
                    throw new IllegalArgumentException("a shape with the size " + size);
                }
                dims.add(call.open().dim(size));
            }
            return Shape.of(dims);
        }
        Shape vector = call.shape(i);
        return vector.isFixed() && vector.rank() == 1 && vector.size(0) < 64
                ? Shape.of(Collections.nCopies((int) vector.size(0), Dim.UNKNOWN))
                : Shape.UNRANKED;
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Shape shape = shape(call, 0);
        if (!shape.isFixed() || value(call).elementCount() != 1) {
            return Optional.empty();
        }
        int[] same = new int[Math.toIntExact(shape.elementCount())];
        return Constants.pick(value(call), same, shape).map(List::of);
    }

    @Override
    public boolean trains(Call call) {
        return shape(call, 0).isFixed() && value(call).elementCount() == 1;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        Tensor one = value(call).reshape(Shape.of(1));
        long[] sizes = shape(call, 0).sizes();
        torch.out(
                sizes.length == 0
                        ? "torch.reshape(" + torch.constant(one) + ", [])"
                        : "torch.expand("
                                + torch.constant(one)
                                + ", "
                                + TorchWriter.ints(sizes)
                                + ")");
    }
}
