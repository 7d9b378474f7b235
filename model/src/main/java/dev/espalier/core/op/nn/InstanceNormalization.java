package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Set;

/**
 * {@code Y = scale * (X - mean) / sqrt(var + epsilon) + B} with X [N, C, D1..Dn], the vectors scale
 * and B [C], and mean and variance over D1 to Dn, of each example and channel by itself.
 *
 * <p>Channels: each is normalised alone and may go; the axes that are normalised over are frozen.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
final class InstanceNormalization implements Operator {
    private static final int CHANNEL = 1;

    @Override
    public String type() {
        return "InstanceNormalization";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3).real("epsilon").reals(1, 2);
        Shape x = node.call().shape(0);
        Dim channels = x.isRanked() && x.rank() > CHANNEL ? x.dim(CHANNEL) : Dim.UNKNOWN;
        node.vector(1, channels).vector(2, channels);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(call.shape(0));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String y = call.node().output(0);
        Shapes.tieAll(call, 0, links);
        for (int axis = CHANNEL + 1; axis < call.shape(0).rank(); axis++) {
            links.freeze(y, axis, "an instance normalization takes its mean over it");
        }
        links.tie(call.node().input(1), 0, y, CHANNEL);
        links.tie(call.node().input(2), 0, y, CHANNEL);
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, 2};
    }

    /** Scale and B together; a factor of X is normalised away. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(1, 2));
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && call.shape(0).rank() > CHANNEL + 1;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(
                "torch.instance_norm(%s, %s, %s, None, None, True, 0.0, %s, True)"
                        .formatted(
                                torch.in(0),
                                torch.exact(1),
                                torch.exact(2),
                                TorchWriter.real(call.attributes().real("epsilon", 1e-5f))));
    }
}
