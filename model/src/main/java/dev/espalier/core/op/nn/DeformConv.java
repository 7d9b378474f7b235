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
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Conv} of two spatial axes whose window reads X [N, C, H, W] between its elements: W [M,
 * C/group, kH, kW] at places moved by offset [N, offset_group*kH*kW*2, oH, oW], optional B [M] and
 * factors mask [N, offset_group*kH*kW, oH, oW], to Y [N, M, oH, oW].
 *
 * <p>Channels: as of Conv; where {@code offset_group} is more than 1, as many go from each of them.
 */
final class DeformConv implements Operator {
    private static final int CHANNEL = 1;
    private static final int OFFSET = 2;
    private static final int B = 3;
    private static final int MASK = 4;

    private final Conv conv = new Conv();

    @Override
    public String type() {
        return "DeformConv";
    }

    /** The convolution of the same window at places that are not moved. */
    private static Call plain(Call call) {
        Node node = call.node();
        List<String> inputs = new ArrayList<>(List.of(node.input(0), node.input(1)));
        if (call.has(B)) {
            inputs.add(node.input(B));
        }
        return call.as(Node.of(node.name(), "Conv", inputs, node.outputs(), node.attributes()));
    }

    @Override
    public void check(NodeCheck node) {
        Call call = node.call();
        node.inputs(OFFSET + 1, MASK + 1).reals(1, OFFSET, B, MASK);
        node.integer("offset_group", 1, NodeCheck.MOST);
        conv.checkWindow(new NodeCheck(plain(call)));
        node.shape(0, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN);
        node.shape(1, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN);
        Shape x = call.shape(0);
        NodeCheck.require(
                !x.isRanked()
                        || !x.dim(CHANNEL).isFixed()
                        || x.size(CHANNEL) % offsetGroups(call) == 0,
                "offset_group %s does not divide the channels of %s",
                offsetGroups(call),
                x);
        checkPlaces(node, OFFSET, 2);
        checkPlaces(node, MASK, 1);
    }

    /** One number, or one for each axis, for each element of the window of each group. */
    private static void checkPlaces(NodeCheck node, int input, int numbers) {
        Call call = node.call();
        Dim channels = Dim.UNKNOWN;
        if (call.ranked(1) && call.shape(1).dim(2).isFixed() && call.shape(1).dim(3).isFixed()) {
            long window = Math.multiplyExact(call.shape(1).size(2), call.shape(1).size(3));
            channels = Dim.of(Math.multiplyExact(window, numbers * offsetGroups(call)));
        }
        node.shape(input, Dim.UNKNOWN, channels, Dim.UNKNOWN, Dim.UNKNOWN);
    }

    private static long offsetGroups(Call call) {
        return call.attributes().integer("offset_group", 1);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return conv.outputTypes(plain(call));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        conv.channels(plain(call), links);
        String x = call.node().input(0);
        links.tie(x, 0, call.node().input(OFFSET), 0);
        if (call.has(MASK)) {
            links.tie(x, 0, call.node().input(MASK), 0);
        }
        int groups = Math.toIntExact(offsetGroups(call));
        if (groups > 1) {
            int size = Math.toIntExact(call.shape(0).size(CHANNEL) / groups);
            Conv.lockstep(links, x, CHANNEL, groups, size, null, 0);
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        return call.node().withAttributes(conv.cut(plain(call), cut).attributes());
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, B};
    }

    /** Without what it takes to find the numbers between elements. */
    @Override
    public long macs(Call call) {
        return conv.macs(plain(call));
    }
}
