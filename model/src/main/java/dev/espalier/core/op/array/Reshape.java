package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The elements of X under the shape that the second input holds, where -1 stands for what is left
 * and 0 for the size that X has at this axis (unless {@code allowzero}).
 */
public final class Reshape extends Reshaping {
    @Override
    public String type() {
        return "Reshape";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).integers(1).flag("allowzero");
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Optional<long[]> target = call.sizes(1);
        if (target.isEmpty()) {
            Shape shape = call.shape(1);
            return call.output(
                    shape.isRanked() && shape.rank() == 1 && shape.isFixed() && shape.size(0) < 64
                            ? Shape.of(Collections.nCopies((int) shape.size(0), Dim.UNKNOWN))
                            : Shape.UNRANKED);
        }
        return call.output(resolve(call, target.get()));
    }

    private static Shape resolve(Call call, long[] target) {
        Shape x = call.shape(0);
        boolean zeroCopies = call.attributes().integer("allowzero", 0) == 0;
        List<Dim> dims = new ArrayList<>();
        int open = -1;
        for (int axis = 0; axis < target.length; axis++) {
            if (target[axis] == -1) {
                if (open >= 0) {
                    throw new IllegalArgumentException("the target shape has -1 twice");
                }
                open = axis;
                dims.add(Dim.UNKNOWN);
            } else if (target[axis] == 0 && zeroCopies) {
                dims.add(x.isRanked() ? x.dim(Call.axis(axis, x.rank())) : Dim.UNKNOWN);
            } else {
                dims.add(call.open().dim(target[axis]));
            }
        }
        if (open >= 0 && x.isRanked()) {
            dims.set(open, rest(x, dims, open));
        } else if (x.isFixed() && Shape.of(dims).isFixed()) {
            requireEqual(x, Shape.of(dims));
        }
        return Shape.of(dims);
    }

    /** The size that -1 stands for: what X has and the other axes do not account for. */
    private static Dim rest(Shape x, List<Dim> dims, int open) {
        List<Dim> from = new ArrayList<>(x.dims());
        Dim given = Dim.of(1);
        for (int axis = 0; axis < dims.size(); axis++) {
            // An open size that appears on both sides cancels out.
            Dim dim = dims.get(axis);
            boolean cancels = dim instanceof Dim.Symbolic && from.remove(dim);
            if (axis != open && !cancels) {
                given = Shapes.times(given, dim);
            }
        }
        Dim whole = Shapes.product(Shape.of(from), 0, from.size());
        if (given.equals(Dim.of(1))) {
            return whole;
        }
        if (!given.isFixed() || !whole.isFixed() || given.size() == 0) {
            return Dim.UNKNOWN;
        }
        if (whole.size() % given.size() != 0) {
            throw new IllegalArgumentException(x + " does not fill " + Shape.of(dims));
        }
        return Dim.of(whole.size() / given.size());
    }

    private static void requireEqual(Shape x, Shape y) {
        if (x.elementCount() != y.elementCount()) {
            throw new IllegalArgumentException(x + " cannot be reshaped to " + y);
        }
    }

    /**
     * A constant target that means the same, for any size of the open dimensions, as one that the
     * model computes from them: 0 for a size that stays and -1 for one other. Empty where there is
     * none.
     */
    public static Optional<long[]> constantTarget(Call call) {
        Optional<long[]> sizes = call.sizes(1);
        if (sizes.isEmpty()) {
            return Optional.empty();
        }
        long[] target = sizes.get();
        Shape x = call.open().shape(call.node().input(0));
        boolean zeroCopies = call.attributes().integer("allowzero", 0) == 0;
        // Nothing can be left over beside an empty axis, so that -1 is not allowed there.
        boolean hasRest =
                LongStream.of(target).anyMatch(size -> size == -1 || size == 0 && !zeroCopies);
        for (int axis = 0; axis < target.length; axis++) {
            if (!call.open().isOpen(target[axis])) {
                continue;
            }
            Dim dim = call.open().dim(target[axis]);
            boolean stays =
                    dim instanceof Dim.Symbolic
                            && x.isRanked()
                            && axis < x.rank()
                            && x.dim(axis).equals(dim);
            if (stays && zeroCopies) {
                target[axis] = 0;
            } else if (!hasRest) {
                target[axis] = -1;
                hasRest = true;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(target);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        // Where the target cannot be written down it cannot be adapted either.
        if (constantTarget(call).isPresent()) {
            super.channels(call, links);
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        long[] target = constantTarget(call).orElseThrow();
        Shape y = call.outputShape(0);
        boolean changed = false;
        for (int axis = 0; axis < target.length; axis++) {
            long size = cut.kept(call.node().output(0), axis).length;
            if (target[axis] > 0 && size != y.size(axis)) {
                target[axis] = size;
                changed = true;
            }
        }
        Tensor constant = Tensor.ofLongs(Shape.of(target.length), target);
        return changed
                ? call.node().withInput(1, cut.constant(call.node().input(1), constant))
                : call.node();
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return view(call);
    }

    @Override
    public boolean trains(Call call) {
        return call.constantLongs(1).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        long[] target = call.constantLongs(1).orElseThrow();
        String x = torch.in(0);
        boolean zeroCopies = call.attributes().integer("allowzero", 0) == 0;
        List<String> sizes = new ArrayList<>();
        for (int axis = 0; axis < target.length; axis++) {
            sizes.add(
                    target[axis] == 0 && zeroCopies
                            ? "torch.size(" + x + ", " + axis + ")"
                            : Long.toString(target[axis]));
        }
        torch.out("torch.reshape(" + x + ", " + sizes + ")");
    }
}
