package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A matrix of the input's shape with ones on its diagonal {@code k} (default 0) and zeros beside
 * it, in the input's type or {@code dtype}.
 *
 * <p>Channels: where the ones lie depends on both sizes, so that both axes stay.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.MEASURES})
final class EyeLike implements Operator {
    @Override
    public String type() {
        return "EyeLike";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).type("dtype").integer("k", -NodeCheck.MOST, NodeCheck.MOST);
        Shape x = node.call().shape(0);
        NodeCheck.require(
                !x.isRanked() || x.rank() == 2, "input 0 has the shape %s, expected a matrix", x);
    }

    private static DataType type(Call call) {
        return RandomLike.type(call, call.dataType(0));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(new TensorType(type(call), call.shape(0)));
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Shape shape = call.shape(0);
        DataType type = type(call);
        if (!shape.isFixed() || !type.isFloating() && !type.isInteger()) {
            return Optional.empty();
        }
        int columns = Math.toIntExact(shape.size(1));
        long k = call.attributes().integer("k", 0);
        long[] ones = new long[Math.toIntExact(shape.elementCount())];
        for (int row = 0; row < shape.size(0); row++) {
            if (row + k >= 0 && row + k < columns) {
                ones[(int) (row * (long) columns + row + k)] = 1;
            }
        }
        return Constants.one(
                type.isFloating()
                        ? Tensor.ofReals(
                                type, shape, Arrays.stream(ones).asDoubleStream().toArray())
                        : Tensor.ofIntegers(type, shape, ones));
    }
}
