package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/**
 * {@code Y = exp(X) / sum(exp(X))}, the sum being over {@code axis} (default -1) from operator set
 * 13 on, and before over that axis (default 1) and all after it; or, as LogSoftmax, its logarithm.
 */
@Traits({Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.SATURATES})
final class Softmax extends Elementwise {
    private final String type;
    private final String function;

    /**
     * @param type the operator's name
     * @param function Torch's for one axis
     */
    Softmax(String type, String function) {
        this.type = type;
        this.function = function;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).axis("axis", 0);
    }

    private static boolean sumsOneAxis(Call call) {
        return call.opset() >= 13;
    }

    private static int axis(Call call) {
        long axis = call.attributes().integer("axis", sumsOneAxis(call) ? -1 : 1);
        return Call.axis(axis, call.shape(0).rank());
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        int axis = axis(call);
        for (int k = 0; k < call.shape(0).rank(); k++) {
            if (k == axis || k > axis && !sumsOneAxis(call)) {
                links.freeze(call.node().input(0), k, "a softmax sums over it");
                links.freeze(call.node().output(0), k, "a softmax sums over it");
            } else {
                links.tie(call.node().input(0), k, call.node().output(0), k);
            }
        }
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && call.shape(0).rank() > 0;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        int axis = axis(call);
        String x = torch.in(0);
        if (sumsOneAxis(call) || axis == call.shape(0).rank() - 1) {
            torch.out("%s(%s, %s, None)".formatted(function, x, axis));
        } else {
            torch.out(
                    "torch.reshape_as(%s(torch.flatten(%s, %s, -1), %s, None), %s)"
                            .formatted(function, x, axis, axis, x));
        }
    }
}
