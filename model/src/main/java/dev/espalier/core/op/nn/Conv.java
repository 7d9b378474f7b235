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
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import dev.espalier.core.op.spec.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Convolution: X [N, C, D1..Dn], W [M, C/group, k1..kn], optional B [M] to Y [N, M, ..].
 *
 * <p>Channels: with one group, X's C is W's axis 1 and W's axis 0 is B and Y's M. With more groups
 * every group must keep equally many channels, so position j of each group goes with position j of
 * all others; a depthwise convolution (C/group = 1) loses whole groups instead.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
public final class Conv implements Operator {
    private static final int CHANNEL = 1;

    @Override
    public String type() {
        return "Conv";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, 3).reals(1, 2);
        checkWindow(node);
    }

    /** What holds of integers too. */
    public void checkWindow(NodeCheck node) {
        node.integer("group", 1, NodeCheck.MOST);
        Window.check(node, node.call().shape(1));
        Shape x = node.call().shape(0);
        Shape w = node.call().shape(1);
        long group = node.call().attributes().integer("group", 1);
        if (!w.isRanked()) {
            return;
        }
        if (w.dim(0).isFixed()) {
            NodeCheck.require(
                    w.size(0) % group == 0,
                    "group %s does not divide the %s filters of %s",
                    group,
                    w.size(0),
                    w);
        }
        node.vector(2, w.dim(0));
        if (x.isRanked() && x.rank() > CHANNEL && x.dim(CHANNEL).isFixed() && w.dim(1).isFixed()) {
            NodeCheck.require(
                    x.size(CHANNEL) % group == 0 && x.size(CHANNEL) / group == w.size(1),
                    "input %s and weight %s do not fit in %s groups",
                    x,
                    w,
                    group);
        }
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        Shape w = call.shape(1);
        if (!x.isRanked() || !w.isRanked()) {
            return List.of();
        }
        Window window = window(call);
        List<Dim> dims = new ArrayList<>();
        dims.add(x.dim(0));
        dims.add(w.dim(0));
        dims.addAll(window.outputDims(x));
        return List.of(new TensorType(call.dataType(0), Shape.of(dims)));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String w = call.node().input(1);
        String y = call.node().output(0);
        int group = Math.toIntExact(call.attributes().integer("group", 1));
        int outputs = Math.toIntExact(call.shape(1).size(0));
        int inputsPerGroup = Math.toIntExact(call.shape(1).size(1));
        links.tie(x, 0, y, 0);
        links.tie(w, 0, y, CHANNEL);
        if (call.has(2)) {
            links.tie(call.node().input(2), 0, y, CHANNEL);
        }
        if (group == 1) {
            links.tie(x, CHANNEL, w, 1);
        } else if (inputsPerGroup == 1) {
            links.allow(w, 1);
            tieGroups(links, x, y, group, outputs / group);
        } else {
            lockstep(links, x, CHANNEL, group, inputsPerGroup, w, 1);
            lockstep(links, y, CHANNEL, group, outputs / group, null, 0);
        }
    }

    /** The window over the spatial axes, which are those of the weight behind its first two. */
    static Window window(Call call) {
        Shape w = call.shape(1);
        return Window.of(call, w.rank() > 2 ? w.dims().subList(2, w.rank()) : List.of());
    }

    /** Ties channel g of X to the {@code size} channels of Y that a depthwise group g makes. */
    static void tieGroups(ChannelLinks links, String x, String y, int group, int size) {
        int count = Math.multiplyExact(group, size);
        links.tie(x, CHANNEL, o -> o / size, y, CHANNEL, o -> o, count);
    }

    /** Ties position j of every group to position j of the first, and of {@code other} if any. */
    static void lockstep(
            ChannelLinks links,
            String value,
            int axis,
            int group,
            int size,
            String other,
            int otherAxis) {
        int count = Math.multiplyExact(group, size);
        links.tie(value, axis, i -> i % size, value, axis, i -> i, count);
        if (other != null) {
            links.tie(value, axis, j -> j, other, otherAxis, j -> j, size);
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        boolean depthwise = call.attributes().integer("group", 1) > 1 && call.shape(1).size(1) == 1;
        return depthwise ? withGroupOfChannels(call, cut) : call.node();
    }

    /** The node with as many groups as channels of X stay: the cut of a depthwise one. */
    static Node withGroupOfChannels(Call call, ChannelCut cut) {
        int channels = cut.kept(call.node().input(0), CHANNEL).length;
        return call.node().withAttributes(call.attributes().with("group", channels));
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, 2};
    }

    @Override
    public Optional<Weights> weights(Node node) {
        return Optional.of(Weights.ofWindow(0, node.attributes().integer("group", 1)));
    }

    @Override
    public long macs(Call call) {
        Shape w = call.shape(1);
        Shape y = call.outputType(0).orElseThrow().shape();
        return Math.multiplyExact(y.elementCount(), w.with(0, Dim.of(1)).elementCount());
    }

    @Override
    public boolean trains(Call call) {
        return call.shape(1).isRanked() && call.shape(1).rank() >= 3 && call.shape(1).rank() <= 5;
    }

    @Override
    public boolean leavesResultToReader() {
        return true;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        Window window = window(call);
        if (isStridedDepthwise(call, window)) {
            // In bfloat16 the gradients of these alone take up to five times as long as in float32.
            torch.out(
                    torch.asActivation(
                            torch(
                                    call,
                                    torch,
                                    window.padded(call, torch, torch.exact(0), 0.0),
                                    torch.exact(1),
                                    call.has(2) ? torch.exact(2) : "None")));
        } else {
            torch.out(
                    torch(
                            call,
                            torch,
                            window.padded(call, torch, torch.in(0), 0.0),
                            torch.in(1),
                            call.has(2) ? torch.in(2) : "None"));
        }
    }

    private static String torch(Call call, TorchWriter torch, String x, String w, String bias) {
        Window window = window(call);
        FilledChannels channels = FilledChannels.of(call, torch.channelBlock());
        return channels.output(
                "torch.conv%sd(%s, %s, %s, %s, %s, %s, %s)"
                        .formatted(
                                call.shape(1).rank() - 2,
                                channels.input(x),
                                channels.weights(w),
                                call.has(2) ? channels.bias(bias) : bias,
                                TorchWriter.ints(window.strides()),
                                TorchWriter.ints(window.symmetricPads(call)),
                                TorchWriter.ints(window.dilations()),
                                channels.filledGroups()));
    }

    private static boolean isStridedDepthwise(Call call, Window window) {
        return call.attributes().integer("group", 1) > 1
                && call.shape(1).size(1) == 1
                && Arrays.stream(window.strides()).anyMatch(stride -> stride > 1);
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return Weights.isLinear(call, scaled);
    }
}
