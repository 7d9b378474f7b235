package dev.espalier.core.op.spec;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.util.List;

/**
 * An operator that combines the elements of its inputs one by one, after NumPy's broadcasting.
 *
 * <p>Channels: an axis of an input goes with the axis of the output that it is aligned with from
 * the right, unless it is 1 there and the output is not: such an axis stays as it is.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
public abstract class Broadcast implements Operator {
    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape shape = call.shape(0);
        for (int i = 1; i < call.node().inputs().size(); i++) {
            shape = Shape.broadcast(shape, call.shape(i));
        }
        return List.of(new TensorType(resultType(call), shape));
    }

    /** The element type of the result. */
    protected DataType resultType(Call call) {
        return call.dataType(0);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (int i = 0; i < call.node().inputs().size(); i++) {
            tie(call, i, links);
        }
    }

    /** Ties the axes of input {@code i} that are not broadcast to those of the output. */
    public static void tie(Call call, int i, ChannelLinks links) {
        Shape shape = call.shape(i);
        Shape result = call.outputShape(0);
        int offset = result.rank() - shape.rank();
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim dim = shape.dim(axis);
            boolean stretched =
                    dim.isFixed() && dim.size() == 1 && !dim.equals(result.dim(axis + offset));
            if (!stretched) {
                links.tie(call.node().input(i), axis, call.node().output(0), axis + offset);
            }
        }
    }

    @Override
    public boolean trains(Call call) {
        return true;
    }
}
