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
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A tensor several times in a row along each axis, as often as the second input says.
 *
 * <p>Channels: a position goes with all its repetitions. What an axis of size 1 is repeated to may
 * be cut freely.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.SELECTS})
final class Tile implements Operator {
    private static final int REPEATS = 1;

    @Override
    public String type() {
        return "Tile";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).integers(REPEATS);
        Call call = node.call();
        if (call.ranked(0)) {
            node.vector(REPEATS, Dim.of(call.shape(0).rank()));
        }
        for (long repeats : call.constantLongs(REPEATS).orElse(new long[0])) {
            NodeCheck.require(repeats >= 0, "repeats an axis %s times", repeats);
        }
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0)) {
            return call.output(Shape.UNRANKED);
        }
        int rank = call.shape(0).rank();
        Optional<long[]> repeats = call.sizes(REPEATS);
        if (repeats.isEmpty()) {
            return call.output(Shape.of(Collections.nCopies(rank, Dim.UNKNOWN)));
        }
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            Dim times = call.open().dim(repeats.get()[axis]);
            dims.add(Shapes.times(call.shape(0).dim(axis), times));
        }
        return call.output(Shape.of(dims));
    }

    /** Whether an axis has nothing to say of what it is repeated to. */
    private static boolean isStretched(Call call, int axis, long repeats) {
        return call.shape(0).dim(axis).equals(Dim.of(1)) && repeats > 1;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String y = call.node().output(0);
        long[] repeats = call.constantLongs(REPEATS).orElse(new long[0]);
        for (int axis = 0; axis < repeats.length; axis++) {
            if (repeats[axis] == 1) {
                links.tie(x, axis, y, axis);
            } else if (isStretched(call, axis, repeats[axis])) {
                links.allow(y, axis);
            } else if (call.shape(0).dim(axis).isFixed()
                    && call.outputShape(0).size(axis) <= Integer.MAX_VALUE
                    && repeats[axis] > 0) {
                int size = Math.toIntExact(call.shape(0).size(axis));
                int count = Math.toIntExact(call.outputShape(0).size(axis));
                links.tie(x, axis, i -> i % size, y, axis, i -> i, count);
            }
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        long[] repeats = call.constantLongs(REPEATS).orElse(new long[0]).clone();
        boolean changed = false;
        for (int axis = 0; axis < repeats.length; axis++) {
            if (isStretched(call, axis, repeats[axis])) {
                long left = cut.kept(call.node().output(0), axis).length;
                changed |= left != repeats[axis];
                repeats[axis] = left;
            }
        }
        if (!changed) {
            return call.node();
        }
        Tensor constant = Tensor.ofLongs(Shape.of(repeats.length), repeats);
        return call.node().withInput(REPEATS, cut.constant(call.node().input(REPEATS), constant));
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        Optional<long[]> repeats = call.constantLongs(REPEATS);
        Shape shape = call.outputType(0).map(TensorType::shape).orElse(Shape.UNRANKED);
        if (x.isEmpty() || repeats.isEmpty() || !shape.isFixed()) {
            return Optional.empty();
        }
        // Each axis as two, of which the repetitions make no step.
        int rank = shape.rank();
        long[] strides = Constants.strides(x.get().shape());
        long[] sizes = new long[2 * rank];
        long[] steps = new long[2 * rank];
        for (int axis = 0; axis < rank; axis++) {
            sizes[2 * axis] = repeats.get()[axis];
            sizes[2 * axis + 1] = x.get().shape().size(axis);
            steps[2 * axis + 1] = strides[axis];
        }
        return Constants.pick(x.get(), Constants.indices(sizes, steps, 0), shape).map(List::of);
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && call.constantLongs(REPEATS).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        long[] repeats = call.constantLongs(REPEATS).orElseThrow();
        torch.out("torch.repeat(%s, %s)".formatted(torch.in(0), TorchWriter.ints(repeats)));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
