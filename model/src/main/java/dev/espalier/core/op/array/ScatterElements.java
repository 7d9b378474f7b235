package dev.espalier.core.op.array;

import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * {@code data} in which each element of {@code updates} has taken the place of the one at its own
 * place but for {@code axis} (default 0), where the element of {@code indices} says which; or, as
 * {@code reduction} says, was added to it, multiplied with it, or is there if it is greater or
 * less.
 *
 * <p>Channels: along other axes of equal size all go together; the axis itself stays.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class ScatterElements implements Operator {
    @Override
    public String type() {
        return "ScatterElements";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3).axis("axis", 0).integers(1);
        node.word("reduction", "none", "add", "mul", "max", "min");
        GatherElements.checkShapes(node.call(), 1);
        GatherElements.checkShapes(node.call(), 2);
    }

    static String reduction(Call call) {
        return call.attributes().string("reduction", "none");
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(call.shape(0));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String data = call.node().input(0);
        String y = call.node().output(0);
        int axis = GatherElements.axis(call);
        for (int k = 0; k < call.shape(0).rank(); k++) {
            if (k == axis) {
                links.freeze(data, k, "single entries of it are replaced");
                links.freeze(y, k, "single entries of it are replaced");
            } else if (call.shape(0).dim(k).equals(call.shape(1).dim(k))
                    && call.shape(0).dim(k).equals(call.shape(2).dim(k))) {
                for (int i = 0; i <= 2; i++) {
                    links.tie(call.node().input(i), k, y, k);
                }
            }
        }
    }

    /**
     * Whether the indices are known and no place is given twice; Torch does not say which update
     * stays.
     */
    private static boolean areDistinct(Call call, int axis) {
        Optional<long[]> indices = Indices.along(call, call.shape(0).dim(axis));
        if (indices.isEmpty() || !call.shape(0).isFixed()) {
            return false;
        }
        long[] strides = Constants.strides(call.shape(0));
        long along = strides[axis];
        strides[axis] = 0;
        int[] beside = Constants.indices(call.shape(1).sizes(), strides, 0);
        return IntStream.range(0, beside.length)
                        .mapToLong(i -> beside[i] + indices.get()[i] * along)
                        .distinct()
                        .count()
                == beside.length;
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0)
                && TorchWriter.hasType(call.dataType(0))
                && (reduction(call).equals("add")
                        || reduction(call).equals("none")
                                && areDistinct(call, GatherElements.axis(call)));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        int axis = GatherElements.axis(call);
        torch.out(
                "torch.%s(%s, %s, %s, %s)"
                        .formatted(
                                reduction(call).equals("add") ? "scatter_add" : "scatter",
                                torch.in(0),
                                axis,
                                Indices.torch(call, torch, axis),
                                torch.in(2)));
    }

    /** Not of a product, which takes the factor twice. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0, 2)) && !reduction(call).equals("mul");
    }
}
