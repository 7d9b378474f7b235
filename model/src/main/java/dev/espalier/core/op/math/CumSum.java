package dev.espalier.core.op.math;

import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * For each element the sum of all up to it along the axis in the second input, itself left out
 * where {@code exclusive} says so, from the far end where {@code reverse} does.
 *
 * <p>Channels: that axis stays as it is, the others go together.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class CumSum implements Operator {
    @Override
    public String type() {
        return "CumSum";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).integers(1).scalar(1).flag("exclusive").flag("reverse");
        axis(node.call());
    }

    private static Optional<Integer> axis(Call call) {
        return call.ranked(0)
                ? call.constantLongs(1)
                        .filter(axes -> axes.length == 1)
                        .map(axes -> Call.axis(axes[0], call.shape(0).rank()))
                : Optional.empty();
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(call.shape(0));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String y = call.node().output(0);
        int summed = axis(call).orElse(-1);
        for (int axis = 0; axis < call.shape(0).rank(); axis++) {
            if (summed >= 0 && axis != summed) {
                links.tie(x, axis, y, axis);
            } else {
                links.freeze(x, axis, "sums run along it");
                links.freeze(y, axis, "sums run along it");
            }
        }
    }

    @Override
    public boolean trains(Call call) {
        return axis(call).isPresent() && call.dataType(0).isFloating();
    }

    private static boolean is(Call call, String flag) {
        return call.attributes().integer(flag, 0) == 1;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        int axis = axis(call).orElseThrow();
        String x = torch.in(0);
        if (is(call, "reverse")) {
            x = torch.let("torch.flip(%s, [%s])".formatted(x, axis));
        }
        String sums = "torch.cumsum(%s, %s)".formatted(x, axis);
        if (is(call, "exclusive")) {
            String first = "torch.zeros_like(torch.slice(%s, %s, 0, 1, 1))".formatted(x, axis);
            String others = "torch.slice(%s, %s, 0, -1, 1)".formatted(sums, axis);
            sums = "torch.cat([%s, %s], %s)".formatted(first, others, axis);
        }
        torch.out(is(call, "reverse") ? "torch.flip(%s, [%s])".formatted(sums, axis) : sums);
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
