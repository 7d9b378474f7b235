package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.List;

/**
 * Makes a square of b times b pixels of as many channels: X [N, C, H, W] becomes Y [N, C/(b b), b
 * H, b W], where b is {@code blocksize}. Channel c of Y holds those of X that are a number of C/(b
 * b) apart from c on, or, in {@code mode} CRD, the c-th b b channels; a PixelShuffle is the latter.
 *
 * <p>Channels: one of Y goes with its b b channels of X.
 */
final class DepthToSpace extends Blocks {
    @Override
    public String type() {
        return "DepthToSpace";
    }

    @Override
    public void check(NodeCheck node) {
        super.check(node);
        node.word("mode", "DCR", "CRD");
        divides(node, CHANNEL, area(node.call()));
    }

    private static boolean isColumnRowDepth(Call call) {
        return call.attributes().string("mode", "DCR").equals("CRD");
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked()) {
            return call.output(Shape.UNRANKED);
        }
        Dim side = Dim.of(side(call));
        return call.output(
                x.with(CHANNEL, over(x.dim(CHANNEL), area(call)))
                        .with(HEIGHT, Shapes.times(x.dim(HEIGHT), side))
                        .with(WIDTH, Shapes.times(x.dim(WIDTH), side)));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String y = call.node().output(0);
        int count = Math.toIntExact(call.shape(0).size(CHANNEL));
        int area = Math.toIntExact(area(call));
        int channels = count / area;
        links.tie(x, 0, y, 0);
        if (isColumnRowDepth(call)) {
            links.tie(x, CHANNEL, i -> i, y, CHANNEL, i -> i / area, count);
        } else {
            links.tie(x, CHANNEL, i -> i, y, CHANNEL, i -> i % channels, count);
        }
        tiePixels(call, links, y, call.outputShape(0), x);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        long side = side(call);
        if (isColumnRowDepth(call)) {
            torch.out("torch.pixel_shuffle(%s, %s)".formatted(torch.in(0), side));
            return;
        }
        String parts = "torch.unflatten(%s, 1, [%s, %s, -1])".formatted(torch.in(0), side, side);
        String image = "torch.permute(%s, [0, 3, 4, 1, 5, 2])".formatted(parts);
        torch.out("torch.flatten(torch.flatten(%s, 4, 5), 2, 3)".formatted(image));
    }
}
