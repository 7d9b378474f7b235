package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
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
 * {@code Y = scale * (X - mean) / sqrt(var + epsilon) + bias} with X [N, C, D1..Dn] in {@code
 * num_groups} groups of C / num_groups neighbouring channels, and mean and variance over all
 * numbers of an example's group. Scale and bias are [C]; before operator set 21 they are
 * [num_groups].
 *
 * <p>Channels: a group goes as a whole or not at all, since its mean would be another without one
 * of its channels.
 */
@Traits(Trait.FLOAT16)
final class GroupNormalization implements Operator {
    private static final int CHANNEL = 1;
    private static final int VECTORS_OF_CHANNELS = 21;

    @Override
    public String type() {
        return "GroupNormalization";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3).real("epsilon").type("stash_type").reals(1, 2);
        NodeCheck.require(node.call().attributes().has("num_groups"), "num_groups is missing");
        node.integer("num_groups", 1, NodeCheck.MOST);
        long groups = groups(node.call());
        Shape x = node.call().shape(0);
        Dim channels = x.isRanked() && x.rank() > CHANNEL ? x.dim(CHANNEL) : Dim.UNKNOWN;
        NodeCheck.require(
                !channels.isFixed() || channels.size() % groups == 0,
                "num_groups %s does not divide the channels of %s",
                groups,
                x);
        Dim length = scalesChannels(node.call()) ? channels : Dim.of(groups);
        node.vector(1, length).vector(2, length);
    }

    private static long groups(Call call) {
        return call.attributes().integer("num_groups", 1);
    }

    /** Channels in a group. */
    private static int size(Call call) {
        return Math.toIntExact(call.shape(0).size(CHANNEL) / groups(call));
    }

    private static boolean scalesChannels(Call call) {
        return call.opset() >= VECTORS_OF_CHANNELS;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(call.shape(0));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String y = call.node().output(0);
        int groups = Math.toIntExact(groups(call));
        int size = size(call);
        Shapes.tieAll(call, 0, links);
        for (int axis = groups == 1 ? CHANNEL : CHANNEL + 1; axis < call.shape(0).rank(); axis++) {
            links.freeze(y, axis, "a group normalization takes its mean over it");
        }
        links.tie(y, CHANNEL, i -> i / size * size, y, CHANNEL, i -> i, groups * size);
        for (int i = 1; i <= 2; i++) {
            String vector = call.node().input(i);
            if (scalesChannels(call)) {
                links.tie(vector, 0, y, CHANNEL);
            } else {
                links.tie(vector, 0, g -> g, y, CHANNEL, g -> g * size, groups);
            }
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        int groups = cut.kept(call.node().input(0), CHANNEL).length / size(call);
        return call.node().withAttributes(call.attributes().with("num_groups", groups));
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, 2};
    }

    /** Scale and bias together; a factor of X is normalised away. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(1, 2));
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0)
                && call.shape(0).rank() > CHANNEL
                && call.shape(0).dim(CHANNEL).isFixed();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(
                "torch.group_norm(%s, %s, %s, %s, %s, True)"
                        .formatted(
                                torch.in(0),
                                groups(call),
                                ofChannels(call, torch.exact(1)),
                                ofChannels(call, torch.exact(2)),
                                TorchWriter.real(call.attributes().real("epsilon", 1e-5f))));
    }

    private static String ofChannels(Call call, String vector) {
        return scalesChannels(call)
                ? vector
                : "torch.repeat_interleave(%s, %s)".formatted(vector, size(call));
    }
}
