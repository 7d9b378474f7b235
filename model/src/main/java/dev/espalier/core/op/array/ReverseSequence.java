package dev.espalier.core.op.array;

import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Set;

/**
 * Each entry along {@code batch_axis} (default 1) with its first {@code sequence_lens} elements
 * along {@code time_axis} (default 0) in reverse order; one of the two axes is 0, the other 1.
 *
 * <p>Channels: the time axis stays, the others go together.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class ReverseSequence implements Operator {
    @Override
    public String type() {
        return "ReverseSequence";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).integer("batch_axis", 0, 1).integer("time_axis", 0, 1).integers(1);
        NodeCheck.require(
                batch(node.call()) != time(node.call()),
                "batch_axis and time_axis are both %s",
                batch(node.call()));
        if (node.call().ranked(0)) {
            NodeCheck.require(
                    node.call().shape(0).rank() >= 2,
                    "input 0 has the shape %s, expected a batch of sequences",
                    node.call().shape(0));
            node.vector(1, node.call().shape(0).dim(batch(node.call())));
        }
    }

    private static int batch(Call call) {
        return (int) call.attributes().integer("batch_axis", 1);
    }

    private static int time(Call call) {
        return (int) call.attributes().integer("time_axis", 0);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(call.shape(0));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String y = call.node().output(0);
        for (int k = 0; k < call.shape(0).rank(); k++) {
            if (k == time(call)) {
                links.freeze(x, k, "it is reversed");
                links.freeze(y, k, "it is reversed");
            } else {
                links.tie(x, k, y, k);
            }
        }
        links.tie(call.node().input(1), 0, y, batch(call));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
