package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Takes the entries {@code indices} along {@code axis} (default 0) of {@code data}: that axis is
 * replaced by the axes of {@code indices}. Negative indices count from the end.
 *
 * <p>Channels: with a constant list of indices an output position goes with the position it was
 * taken from, and the list follows a cut. The other axes go together one by one.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.SELECTS})
final class Gather implements Operator {
    @Override
    public String type() {
        return "Gather";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).axis("axis", 0).integers(1);
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", 0), call.shape(0).rank());
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0) || !call.ranked(1)) {
            return call.output(Shape.UNRANKED);
        }
        int axis = axis(call);
        List<Dim> data = call.shape(0).dims();
        List<Dim> dims = new ArrayList<>(data.subList(0, axis));
        dims.addAll(call.shape(1).dims());
        dims.addAll(data.subList(axis + 1, data.size()));
        return call.output(Shape.of(dims));
    }

    /** The constant indices along an axis of fixed size, counted from the start. */
    private static Optional<int[]> indices(Call call) {
        Optional<long[]> given = call.constantLongs(1);
        if (given.isEmpty() || !call.ranked(0) || !call.shape(0).dim(axis(call)).isFixed()) {
            return Optional.empty();
        }
        long size = call.shape(0).size(axis(call));
        int[] indices = new int[given.get().length];
        for (int i = 0; i < indices.length; i++) {
            long index = given.get()[i];
            if (index < -size || index >= size) {
                throw new IllegalArgumentException(
                        "index %s is outside of an axis of %s".formatted(index, size));
            }
            indices[i] = Math.toIntExact(index < 0 ? index + size : index);
        }
        return Optional.of(indices);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String y = call.node().output(0);
        int axis = axis(call);
        int shift = call.shape(1).rank() - 1;
        for (int k = 0; k < call.shape(0).rank(); k++) {
            if (k != axis) {
                links.tie(x, k, y, k < axis ? k : k + shift);
            }
        }
        Optional<int[]> indices = indices(call);
        if (indices.isPresent() && shift == 0) {
            links.allow(x, axis);
            int[] from = indices.get();
            links.tie(x, axis, i -> from[i], y, axis, i -> i, from.length);
        } else {
            links.freeze(x, axis, "single entries of it are looked up");
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        Optional<int[]> indices = indices(call);
        int axis = axis(call);
        if (indices.isEmpty() || call.shape(1).rank() != 1) {
            return call.node();
        }
        int[] keptX = cut.kept(call.node().input(0), axis);
        int[] keptY = cut.kept(call.node().output(0), axis);
        if (keptX.length == call.shape(0).size(axis) && keptY.length == indices.get().length) {
            return call.node();
        }
        long[] left = new long[keptY.length];
        for (int i = 0; i < left.length; i++) {
            left[i] = Slice.below(keptX, indices.get()[keptY[i]]);
        }
        Tensor constant = Tensor.ofIntegers(call.dataType(1), Shape.of(left.length), left);
        return call.node().withInput(1, cut.constant(call.node().input(1), constant));
    }

    @Override
    public int[] parameters(Call call) {
        boolean isTable = call.dataType(0).isFloating() && call.constant(1).isEmpty();
        return isTable ? new int[] {0} : new int[0];
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> data = call.constant(0);
        Optional<int[]> indices = indices(call);
        Shape shape = call.outputType(0).map(TensorType::shape).orElse(Shape.UNRANKED);
        if (data.isEmpty() || indices.isEmpty() || !shape.isFixed()) {
            return Optional.empty();
        }
        Tensor picked = Constants.keep(data.get(), axis(call), indices.get());
        return Constants.one(picked.reshape(shape));
    }

    @Override
    public boolean trains(Call call) {
        return indices(call).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        int[] indices = indices(call).orElseThrow();
        int axis = axis(call);
        Shape shape = call.shape(1);
        if (shape.rank() == 0) {
            torch.out("torch.select(%s, %s, %s)".formatted(torch.in(0), axis, indices[0]));
            return;
        }
        long[] flat = IntStream.of(indices).asLongStream().toArray();
        String picked =
                "torch.index_select(%s, %s, %s)"
                        .formatted(
                                torch.in(0),
                                axis,
                                torch.constant(Tensor.ofLongs(Shape.of(flat.length), flat)));
        torch.out(
                shape.rank() == 1
                        ? picked
                        : "torch.unflatten(%s, %s, %s)"
                                .formatted(picked, axis, TorchWriter.ints(shape.sizes())));
    }
}
