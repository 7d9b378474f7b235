package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * {@code indices} with one more {@code axis} (default -1) of {@code depth} entries, of which the
 * one at the index is on, {@code values[1]}, and the others are off, {@code values[0]}. Negative
 * indices count from the end; where one is outside all entries are off.
 *
 * <p>Channels: the axes of the indices go with theirs; the new one stays.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class OneHot implements Operator {
    private static final int DEPTH = 1;
    private static final int VALUES = 2;
    private static final long MOST_TRAINED = 1 << 16;

    @Override
    public String type() {
        return "OneHot";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3).scalar(DEPTH).vector(VALUES, Dim.of(2));
        Shape indices = node.call().shape(0);
        node.axisWithin("axis", indices.isRanked() ? indices.rank() + 1 : NodeCheck.MOST_AXES);
        Dim depth = depth(node.call());
        NodeCheck.require(
                !depth.isFixed() || depth.size() < NodeCheck.MOST,
                "a depth of %s is more than any tensor has",
                depth);
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", -1), call.shape(0).rank() + 1);
    }

    private static Dim depth(Call call) {
        Optional<Tensor> constant = call.constant(DEPTH).filter(depth -> depth.elementCount() == 1);
        if (constant.isPresent() && constant.get().dataType().isFloating()) {
            return size((long) constant.get().toDoubles()[0]);
        }
        return call.sizes(DEPTH)
                .filter(sizes -> sizes.length == 1)
                .map(
                        sizes ->
                                call.open().isOpen(sizes[0])
                                        ? call.open().dim(sizes[0])
                                        : size(sizes[0]))
                .orElse(Dim.UNKNOWN);
    }

    private static Dim size(long depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("a depth of " + depth);
        }
        return Dim.of(depth);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0)) {
            return List.of(new TensorType(call.dataType(VALUES), Shape.UNRANKED));
        }
        List<Dim> dims = new ArrayList<>(call.shape(0).dims());
        dims.add(axis(call), depth(call));
        return List.of(new TensorType(call.dataType(VALUES), Shape.of(dims)));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String y = call.node().output(0);
        for (int k = 0; k < call.shape(0).rank(); k++) {
            links.tie(call.node().input(0), k, y, k < axis(call) ? k : k + 1);
        }
        links.freeze(y, axis(call), "each of its entries stands for an index");
    }

    @Override
    public boolean trains(Call call) {
        Dim depth = depth(call);
        return call.ranked(0)
                && TorchWriter.hasType(call.dataType(VALUES))
                && depth.isFixed()
                && depth.size() <= MOST_TRAINED;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        int axis = axis(call);
        long depth = depth(call).size();
        long[] sizes = new long[call.shape(0).rank() - axis + 1];
        Arrays.fill(sizes, 1);
        sizes[0] = depth;
        Tensor entries = Tensor.ofLongs(Shape.of(sizes), LongStream.range(0, depth).toArray());
        String entry = torch.constant(entries);
        String index =
                torch.let("torch.unsqueeze(torch.to(%s, 4), %s)".formatted(torch.in(0), axis));
        torch.out(
                ("torch.where(torch.logical_or(torch.eq(%s, %s), torch.eq(torch.add(%s, %s), %s)),"
                                + " torch.select(%s, 0, 1), torch.select(%s, 0, 0))")
                        .formatted(
                                index,
                                entry,
                                index,
                                depth,
                                entry,
                                torch.in(VALUES),
                                torch.in(VALUES)));
    }
}
