package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.Arrays;

/**
 * {@code Y = (X - mean) / sqrt(var)} with mean and variance over {@code axes} (default 0, 2, 3).
 *
 * <p>Channels: an axis that is normalised over is frozen, since its statistics would change.
 */
final class MeanVarianceNormalization extends Elementwise {
    private static final long[] ALL_BUT_CHANNELS = {0, 2, 3};

    /** Added to the variance in training, where it may be 0: the square of ONNX's own 1e-9. */
    private static final double LEAST = 1e-18;

    @Override
    public String type() {
        return "MeanVarianceNormalization";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).axes("axes", 0);
        if (node.call().ranked(0)) {
            axes(node.call());
        }
    }

    private static long[] axes(Call call) {
        int rank = call.shape(0).rank();
        return Arrays.stream(call.attributes().integers("axes", ALL_BUT_CHANNELS))
                .map(axis -> Call.axis(axis, rank))
                .distinct()
                .toArray();
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Shapes.tieAll(call, 0, links);
        for (long axis : axes(call)) {
            links.freeze(
                    call.node().output(0), (int) axis, "a normalization takes its mean over it");
        }
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && axes(call).length > 0;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String x = torch.in(0);
        String axes = TorchWriter.ints(axes(call));
        String centred = torch.let("torch.sub(%s, torch.mean(%s, %s, True))".formatted(x, x, axes));
        torch.out(
                "torch.mul(%s, torch.rsqrt(torch.add(torch.mean(torch.mul(%s, %s), %s, True), %s)))"
                        .formatted(centred, centred, centred, axes, TorchWriter.real(LEAST)));
    }
}
