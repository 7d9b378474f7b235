package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * X [N, C, D1..Dn] read at the places that {@code grid} [N, E1..En, n] gives, from -1 to 1 along
 * each axis, as [N, C, E1..En]: between pixels by {@code mode}, outside of the image by {@code
 * padding_mode}. From operator set 20 on modes are linear, nearest and cubic, before bilinear,
 * nearest and bicubic.
 *
 * <p>Channels: those of X and of the result go together, and so do the places.
 */
final class GridSample implements Operator {
    private static final int CHANNEL = 1;
    private static final int FLAT = 2;

    private static final Map<String, Integer> MODES =
            Map.of("linear", 0, "bilinear", 0, "nearest", 1, "cubic", 2, "bicubic", 2);

    private static final Map<String, Integer> PADDINGS =
            Map.of("zeros", 0, "border", 1, "reflection", 2);

    @Override
    public String type() {
        return "GridSample";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).flag("align_corners");
        node.word("mode", "linear", "bilinear", "nearest", "cubic", "bicubic");
        node.word("padding_mode", "zeros", "border", "reflection");
        Shape x = node.call().shape(0);
        Shape grid = node.call().shape(1);
        NodeCheck.require(
                !x.isRanked() || x.rank() > CHANNEL, "input 0 has the shape %s, no image", x);
        NodeCheck.require(
                !x.isRanked() || !grid.isRanked() || x.rank() == grid.rank(),
                "the grid %s does not fit %s",
                grid,
                x);
        if (x.isRanked() && grid.isRanked()) {
            Dim axes = Dim.of(x.rank() - CHANNEL - 1L);
            NodeCheck.require(
                    !grid.dim(-1).isFixed() || grid.dim(-1).equals(axes),
                    "the grid %s has places of %s numbers, expected %s",
                    grid,
                    grid.dim(-1),
                    axes);
        }
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0) || !call.ranked(1)) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> dims = new ArrayList<>(call.shape(0).dims().subList(0, CHANNEL + 1));
        dims.addAll(call.shape(1).dims().subList(1, call.shape(1).rank() - 1));
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String grid = call.node().input(1);
        String y = call.node().output(0);
        links.tie(x, 0, y, 0);
        links.tie(grid, 0, y, 0);
        links.tie(x, CHANNEL, y, CHANNEL);
        for (int k = CHANNEL + 1; k < call.shape(0).rank(); k++) {
            links.freeze(x, k, "places along it are looked up");
            links.tie(grid, k - 1, y, k);
        }
        links.freeze(grid, call.shape(1).rank() - 1, "it holds places");
    }

    private static int mode(Call call) {
        return MODES.get(call.attributes().string("mode", "linear"));
    }

    /** Torch has no cubic one of volumes. */
    @Override
    public boolean trains(Call call) {
        int axes = call.ranked(0) ? call.shape(0).rank() - CHANNEL - 1 : 0;
        return (call.dataType(0) == DataType.FLOAT || call.dataType(0) == DataType.DOUBLE)
                && (axes == FLAT || axes == FLAT + 1 && mode(call) <= 1);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(
                "torch.grid_sampler(%s, %s, %s, %s, %s)"
                        .formatted(
                                torch.in(0),
                                torch.in(1),
                                mode(call),
                                PADDINGS.get(call.attributes().string("padding_mode", "zeros")),
                                call.attributes().integer("align_corners", 0) == 1
                                        ? "True"
                                        : "False"));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
