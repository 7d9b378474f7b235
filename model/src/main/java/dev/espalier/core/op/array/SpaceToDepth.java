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
 * Makes channels of the pixels of squares of b times b: X [N, C, H, W] becomes Y [N, C b b, H/b,
 * W/b], where b is {@code blocksize}. Channels of Y that are a number of C apart hold one of X.
 *
 * <p>Channels: one of X goes with its b b channels of Y.
 */
final class SpaceToDepth extends Blocks {
    @Override
    public String type() {
        return "SpaceToDepth";
    }

    @Override
    public void check(NodeCheck node) {
        super.check(node);
        divides(node, HEIGHT, side(node.call()));
        divides(node, WIDTH, side(node.call()));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked()) {
            return call.output(Shape.UNRANKED);
        }
        return call.output(
                x.with(CHANNEL, Shapes.times(x.dim(CHANNEL), Dim.of(area(call))))
                        .with(HEIGHT, over(x.dim(HEIGHT), side(call)))
                        .with(WIDTH, over(x.dim(WIDTH), side(call))));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String y = call.node().output(0);
        int channels = Math.toIntExact(call.shape(0).size(CHANNEL));
        int count = Math.toIntExact(call.outputShape(0).size(CHANNEL));
        links.tie(x, 0, y, 0);
        links.tie(y, CHANNEL, i -> i, x, CHANNEL, i -> i % channels, count);
        tiePixels(call, links, x, call.shape(0), y);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String rows = "torch.unflatten(%s, 2, [-1, %s])".formatted(torch.in(0), side(call));
        String parts = "torch.unflatten(%s, 4, [-1, %s])".formatted(rows, side(call));
        String channels = "torch.permute(%s, [0, 3, 5, 1, 2, 4])".formatted(parts);
        torch.out("torch.flatten(%s, 1, 3)".formatted(channels));
    }
}
