package dev.espalier.core.op.math;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import dev.espalier.core.op.spec.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * NumPy's matrix product: A [.., M, K] times B [.., K, N] is Y [.., M, N], the leading axes
 * broadcast; a vector A is [K] without M, a vector B is [K] without N.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
public final class MatMul implements Operator {
    @Override
    public String type() {
        return "MatMul";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).numbers(0, 1);
    }

    private static boolean isVector(Call call, int input) {
        return call.shape(input).rank() == 1;
    }

    private static int innerA(Call call) {
        return call.shape(0).rank() - 1;
    }

    private static int innerB(Call call) {
        return Math.max(0, call.shape(1).rank() - 2);
    }

    /** The axes before the matrix. */
    private static Shape leading(Call call, int input) {
        Shape shape = call.shape(input);
        return Shape.of(shape.dims().subList(0, Math.max(0, shape.rank() - 2)));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape a = call.shape(0);
        Shape b = call.shape(1);
        if (!a.isRanked() || !b.isRanked()) {
            return call.output(Shape.UNRANKED);
        }
        if (a.rank() == 0 || b.rank() == 0) {
            throw new IllegalArgumentException("a scalar cannot be multiplied as a matrix");
        }
        Dim left = a.dim(innerA(call));
        Dim right = b.dim(innerB(call));
        if (left.isFixed() && right.isFixed() && !left.equals(right)) {
            throw new IllegalArgumentException(
                    "%s and %s cannot be multiplied: %s is not %s".formatted(a, b, left, right));
        }
        List<Dim> dims =
                new ArrayList<>(Shape.broadcast(leading(call, 0), leading(call, 1)).dims());
        if (!isVector(call, 0)) {
            dims.add(a.dim(-2));
        }
        if (!isVector(call, 1)) {
            dims.add(b.dim(-1));
        }
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String a = call.node().input(0);
        String b = call.node().input(1);
        String y = call.node().output(0);
        links.tie(a, innerA(call), b, innerB(call));
        int rank = call.outputShape(0).rank();
        int matrix = (isVector(call, 0) ? 0 : 1) + (isVector(call, 1) ? 0 : 1);
        tieLeading(call, 0, rank - matrix, links);
        tieLeading(call, 1, rank - matrix, links);
        if (!isVector(call, 0)) {
            links.tie(a, call.shape(0).rank() - 2, y, rank - matrix);
        }
        if (!isVector(call, 1)) {
            links.tie(b, call.shape(1).rank() - 1, y, rank - 1);
        }
    }

    private static void tieLeading(Call call, int input, int count, ChannelLinks links) {
        Shape leading = leading(call, input);
        Shape y = call.outputShape(0);
        int offset = count - leading.rank();
        for (int axis = 0; axis < leading.rank(); axis++) {
            if (leading.dim(axis).equals(y.dim(axis + offset))) {
                links.tie(call.node().input(input), axis, call.node().output(0), axis + offset);
            }
        }
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {0, 1};
    }

    @Override
    public Optional<Weights> weights(Node node) {
        return Optional.of(Weights.ofMatrix(-1, false, 1, 1, false));
    }

    @Override
    public long macs(Call call) {
        return Math.multiplyExact(
                call.outputShape(0).elementCount(), call.shape(0).size(innerA(call)));
    }

    @Override
    public boolean trains(Call call) {
        return true;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.matmul(" + torch.in(0) + ", " + torch.in(1) + ")");
    }

    /** Linear in either factor. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0)) || scaled.equals(Set.of(1));
    }
}
