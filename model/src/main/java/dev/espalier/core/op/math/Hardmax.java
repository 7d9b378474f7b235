package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/**
 * 1 where the first of the greatest numbers along {@code axis} (default -1) is, 0 elsewhere; before
 * operator set 13 along that axis (default 1) and all after it together.
 */
@Traits(Trait.UNCHANGED_13_TO_21)
final class Hardmax extends Elementwise {
    private static final int ONE_AXIS = 13;

    @Override
    public String type() {
        return "Hardmax";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).axis("axis", 0);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        boolean isOneAxis = call.opset() >= ONE_AXIS;
        int rank = call.shape(0).rank();
        long given = call.attributes().integer("axis", isOneAxis ? -1 : 1);
        int axis = rank == 0 ? 0 : Call.axis(given, rank);
        for (int k = 0; k < rank; k++) {
            if (k == axis || k > axis && !isOneAxis) {
                links.freeze(call.node().input(0), k, "the greatest number along it is looked up");
                links.freeze(call.node().output(0), k, "the greatest number along it is looked up");
            } else {
                links.tie(call.node().input(0), k, call.node().output(0), k);
            }
        }
    }

    @Override
    public boolean trains(Call call) {
        return false;
    }
}
