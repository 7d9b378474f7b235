package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/**
 * {@code Y = X / (bias + alpha / size * S)^beta} with X [N, C, D1..Dn] and S the sum of the squares
 * of {@code size} neighbouring channels: {@code (size - 1) / 2} before, rounded down, and as many
 * behind, rounded up.
 *
 * <p>Channels: they are frozen, since other ones would become neighbours.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class LRN extends Elementwise {
    private static final int CHANNEL = 1;

    @Override
    public String type() {
        return "LRN";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).real("alpha").real("beta").real("bias");
        NodeCheck.require(node.call().attributes().has("size"), "size is missing");
        node.integer("size", 1, NodeCheck.MOST);
        Shape x = node.call().shape(0);
        NodeCheck.require(!x.isRanked() || x.rank() > CHANNEL, "input %s has no channels", x);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Shapes.tieAll(call, 0, links);
        links.freeze(
                call.node().output(0), CHANNEL, "each channel is divided by a sum over neighbours");
    }

    @Override
    public boolean trains(Call call) {
        Shape x = call.shape(0);
        return x.isRanked() && x.rank() > CHANNEL + 1 && x.dim(CHANNEL).isFixed();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String x = torch.in(0);
        long size = call.attributes().integer("size", 1);
        long farthest = call.shape(0).size(CHANNEL) - 1;
        long before = Math.min((size - 1) / 2, farthest);
        long behind = Math.min(size / 2, farthest);
        String squares =
                "torch.unsqueeze(torch.flatten(torch.mul(%s, %s), %s, -1), %s)"
                        .formatted(x, x, CHANNEL + 1, CHANNEL);
        String padded =
                "torch.constant_pad_nd(%s, %s, 0.)"
                        .formatted(squares, TorchWriter.ints(0, 0, before, behind));
        String means =
                "torch.avg_pool2d(%s, %s, [1, 1], [0, 0], False, True, %s)"
                        .formatted(padded, TorchWriter.ints(before + behind + 1, 1), size);
        torch.out(
                "torch.div(%s, torch.pow(torch.add(torch.mul(torch.reshape_as(%s, %s), %s), %s), %s))"
                        .formatted(
                                x,
                                means,
                                x,
                                real(call, "alpha", 1e-4f),
                                real(call, "bias", 1),
                                real(call, "beta", 0.75f)));
    }

    private static String real(Call call, String name, float otherwise) {
        return TorchWriter.real(call.attributes().real(name, otherwise));
    }
}
