package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The slices along {@code axis} for which {@code condition}, a vector of truths, holds; of all
 * elements in a row where no axis is given. Slices beyond the end of the condition are left out.
 *
 * <p>Channels: the axis stays, the others go together.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Compress implements Operator {
    @Override
    public String type() {
        return "Compress";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).axis("axis", 0).vector(1, Dim.UNKNOWN);
    }

    private static boolean isFlat(Call call) {
        return !call.attributes().has("axis");
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", 0), call.shape(0).rank());
    }

    /** How many of {@code size} slices stay. */
    private static Dim count(Call call, Dim size) {
        Optional<long[]> condition = call.constantLongs(1);
        if (condition.isEmpty() || !size.isFixed()) {
            return Dim.UNKNOWN;
        }
        return Dim.of(
                Arrays.stream(condition.get()).limit(size.size()).filter(c -> c != 0).count());
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked()) {
            return call.output(isFlat(call) ? Shape.of(List.of(Dim.UNKNOWN)) : Shape.UNRANKED);
        }
        return call.output(
                isFlat(call)
                        ? Shape.of(List.of(count(call, Shapes.product(x, 0, x.rank()))))
                        : x.with(axis(call), count(call, x.dim(axis(call)))));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (int k = 0; k < call.shape(0).rank(); k++) {
            if (isFlat(call) || k == axis(call)) {
                links.freeze(call.node().input(0), k, "single entries of it are chosen");
            } else {
                links.tie(call.node().input(0), k, call.node().output(0), k);
            }
        }
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
