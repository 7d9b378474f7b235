package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/**
 * {@code Y = X / (sum |X|^p)^(1/p)} with the sum over {@code axis} (default -1) and {@code p} 1 or
 * 2 (default 2); 0 where all of the axis is 0.
 *
 * <p>Channels: the axis that is summed over is frozen, since all of it would be scaled otherwise.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class LpNormalization extends Elementwise {
    /** Divisors are no smaller, so that gradients at zero are bounded. */
    private static final double LEAST = 1e-12;

    @Override
    public String type() {
        return "LpNormalization";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).axis("axis", 0).integer("p", 1, 2);
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", -1), call.shape(0).rank());
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Shapes.tieAll(call, 0, links);
        links.freeze(call.node().output(0), axis(call), "a normalization takes its norm over it");
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && call.shape(0).rank() > 0;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String x = torch.in(0);
        String norm =
                "torch.norm(%s, %s, [%s], True)"
                        .formatted(x, call.attributes().integer("p", 2), axis(call));
        torch.out(
                "torch.div(%s, torch.clamp_min(%s, %s))"
                        .formatted(x, norm, TorchWriter.real(LEAST)));
    }
}
