package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/** Axis i of the result is axis {@code perm[i]} of the input; all axes reversed by default. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.REARRANGES})
final class Transpose implements Operator {
    @Override
    public String type() {
        return "Transpose";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1);
        long[] perm = node.call().attributes().integers("perm");
        node.integers("perm", 0, perm.length - 1L);
        NodeCheck.require(
                Arrays.stream(perm).distinct().count() == perm.length,
                "perm %s has an axis twice",
                Arrays.toString(perm));
    }

    private static int[] permutation(Call call) {
        int rank = call.shape(0).rank();
        int[] permutation = new int[rank];
        long[] given = call.attributes().integers("perm");
        if (call.attributes().has("perm") && given.length != rank) {
            throw new IllegalArgumentException(
                    "perm has " + given.length + " axes, the input " + call.shape(0));
        }
        boolean[] seen = new boolean[rank];
        for (int i = 0; i < rank; i++) {
            permutation[i] =
                    call.attributes().has("perm") ? Call.axis(given[i], rank) : rank - 1 - i;
            if (seen[permutation[i]]) {
                throw new IllegalArgumentException("perm has axis " + given[i] + " twice");
            }
            seen[permutation[i]] = true;
        }
        return permutation;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0)) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> dims = new ArrayList<>();
        for (int axis : permutation(call)) {
            dims.add(call.shape(0).dim(axis));
        }
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        int[] permutation = permutation(call);
        for (int i = 0; i < permutation.length; i++) {
            links.tie(call.node().input(0), permutation[i], call.node().output(0), i);
        }
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        if (x.isEmpty()) {
            return Optional.empty();
        }
        int[] permutation = permutation(call);
        long[] from = Constants.strides(x.get().shape());
        long[] sizes = new long[permutation.length];
        long[] strides = new long[permutation.length];
        for (int i = 0; i < permutation.length; i++) {
            sizes[i] = x.get().shape().size(permutation[i]);
            strides[i] = from[permutation[i]];
        }
        return Constants.pick(x.get(), Constants.indices(sizes, strides, 0), Shape.of(sizes))
                .map(List::of);
    }

    @Override
    public boolean changesNothing(Call call) {
        long[] order = call.attributes().integers("perm");
        return order.length > 0
                && Arrays.equals(order, LongStream.range(0, order.length).toArray());
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(
                "torch.permute(%s, %s)".formatted(torch.in(0), Arrays.toString(permutation(call))));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
