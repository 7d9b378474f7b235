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
import java.util.stream.IntStream;

/**
 * The sizes of a tensor as a vector of integers, from operator set 15 on perhaps only those from
 * axis {@code start} to before {@code end}. (The operator is called Shape.)
 *
 * <p>Channels: its result is a number to the rest of the model and may not change, so that it needs
 * all of every axis. Readers that look up single sizes leave the others free; the analysis sees
 * them.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.MEASURES})
public final class ShapeOf implements Operator {
    @Override
    public String type() {
        return "Shape";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).integer("start", Long.MIN_VALUE, Long.MAX_VALUE);
        node.integer("end", Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static int bound(Call call, String name, long absent) {
        int rank = call.shape(0).rank();
        long given = call.attributes().integer(name, absent);
        return (int) Math.max(0, Math.min(rank, given < 0 ? given + rank : given));
    }

    private static int start(Call call) {
        return bound(call, "start", 0);
    }

    private static int end(Call call) {
        return Math.max(start(call), bound(call, "end", call.shape(0).rank()));
    }

    /** The axes whose sizes are in the result, in that order. */
    public static int[] axes(Call call) {
        return IntStream.range(start(call), end(call)).toArray();
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(
                new TensorType(
                        DataType.INT64,
                        call.ranked(0)
                                ? Shape.of(end(call) - start(call))
                                : Shape.of(List.of(Dim.UNKNOWN))));
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        if (!call.ranked(0)) {
            return Optional.empty();
        }
        int start = start(call);
        int end = end(call);
        List<Dim> part = call.shape(0).dims().subList(start, end);
        if (!call.follows() && !Shape.of(part).isFixed()) {
            return Optional.empty();
        }
        long[] sizes = part.stream().mapToLong(call.open()::standIn).toArray();
        return Constants.one(Tensor.ofLongs(Shape.of(sizes.length), sizes));
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String sizes = "torch._shape_as_tensor(" + torch.in(0) + ")";
        torch.out(
                end(call) - start(call) == call.shape(0).rank()
                        ? sizes
                        : "torch.slice(%s, 0, %s, %s, 1)".formatted(sizes, start(call), end(call)));
    }
}
