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
import dev.espalier.core.op.spec.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The transpose of a convolution: X [N, C, D1..Dn], W [C, M/group, k1..kn], optional B [M] to Y [N,
 * M, ..] of size {@code stride * (size - 1) + output_padding + dilation * (kernel - 1) + 1 - pads}
 * along each spatial axis, or {@code output_shape} if given.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
final class ConvTranspose implements Operator {
    private static final int CHANNEL = 1;

    @Override
    public String type() {
        return "ConvTranspose";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, 3).integer("group", 1, NodeCheck.MOST).reals(1, 2);
        Window.check(node, node.call().shape(1));
        Shape x = node.call().shape(0);
        Shape w = node.call().shape(1);
        long group = node.call().attributes().integer("group", 1);
        node.integers("output_shape", 1, NodeCheck.MOST);
        node.integers("output_padding", 0, NodeCheck.MOST);
        if (!w.isRanked()) {
            return;
        }
        if (w.dim(0).isFixed()) {
            NodeCheck.require(
                    w.size(0) % group == 0,
                    "group %s does not divide the %s channels of %s",
                    group,
                    w.size(0),
                    w);
        }
        node.vector(2, Shapes.times(w.dim(1), Dim.of(group)));
        if (x.isRanked() && x.rank() > CHANNEL && x.dim(CHANNEL).isFixed() && w.dim(0).isFixed()) {
            NodeCheck.require(
                    x.dim(CHANNEL).equals(w.dim(0)),
                    "input %s and weight %s differ in their channels",
                    x,
                    w);
        }
    }

    private static long[] outputPadding(Call call, int axes) {
        long[] padding = call.attributes().integers("output_padding", new long[axes]);
        if (padding.length != axes) {
            throw new IllegalArgumentException(
                    "%s output paddings for %s axes".formatted(padding.length, axes));
        }
        return padding;
    }

    /** Along one axis: the size that all windows cover, before anything is cut off. */
    private static long covered(Call call, int axis) {
        Window window = Conv.window(call);
        long kernel = window.kernel().get(axis).size();
        return Math.addExact(
                Math.multiplyExact(window.strides()[axis], call.shape(0).size(axis + 2) - 1),
                Math.addExact(Math.multiplyExact(window.dilations()[axis], kernel - 1), 1));
    }

    /** What is cut off at the begin of every axis, then at the end of every axis. */
    private static long[] pads(Call call) {
        int axes = Conv.window(call).kernel().size();
        String auto = call.attributes().string("auto_pad", "NOTSET");
        long[] wanted = call.attributes().integers("output_shape");
        long[] pads = new long[2 * axes];
        if (wanted.length == 0 && !auto.startsWith("SAME")) {
            return auto.equals("VALID") ? pads : Conv.window(call).pads(call.shape(0));
        }
        long[] extra = outputPadding(call, axes);
        for (int i = 0; i < axes; i++) {
            long output =
                    wanted.length == 0
                            ? Math.multiplyExact(
                                    call.shape(0).size(i + 2), Conv.window(call).strides()[i])
                            : wanted[wanted.length - axes + i];
            long total = Math.addExact(covered(call, i), extra[i]) - output;
            // Where more is wanted than the windows cover, it is added at the end.
            long half = total < 0 ? 0 : total / 2;
            pads[i] = auto.equals("SAME_UPPER") || total < 0 ? half : total - half;
            pads[i + axes] = total - pads[i];
        }
        return pads;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        Shape w = call.shape(1);
        if (!x.isRanked() || !w.isRanked()) {
            return List.of();
        }
        if (x.rank() != w.rank() || x.rank() < 3) {
            throw new IllegalArgumentException(
                    "input " + x + " and kernel " + w + " differ in their axes");
        }
        long group = call.attributes().integer("group", 1);
        List<Dim> dims = new ArrayList<>();
        dims.add(x.dim(0));
        dims.add(Shapes.times(w.dim(1), Dim.of(group)));
        for (int i = 0; i < x.rank() - 2; i++) {
            dims.add(outputDim(call, i));
        }
        return call.output(Shape.of(dims));
    }

    private static Dim outputDim(Call call, int axis) {
        int axes = call.shape(0).rank() - 2;
        long[] wanted = call.attributes().integers("output_shape");
        if (wanted.length > 0) {
            return Dim.of(wanted[wanted.length - axes + axis]);
        }
        Window window = Conv.window(call);
        if (!call.shape(0).dim(axis + 2).isFixed() || !window.kernel().get(axis).isFixed()) {
            return Dim.UNKNOWN;
        }
        if (call.attributes().string("auto_pad", "NOTSET").startsWith("SAME")) {
            return Dim.of(Math.multiplyExact(call.shape(0).size(axis + 2), window.strides()[axis]));
        }
        long[] pads = pads(call);
        long size = Math.addExact(covered(call, axis), outputPadding(call, axes)[axis]);
        return Dim.of(size - pads[axis] - pads[axis + axes]);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String w = call.node().input(1);
        String y = call.node().output(0);
        int group = Math.toIntExact(call.attributes().integer("group", 1));
        int inputs = Math.toIntExact(call.shape(1).size(0));
        int outputsPerGroup = Math.toIntExact(call.shape(1).size(1));
        links.tie(x, 0, y, 0);
        links.tie(x, CHANNEL, w, 0);
        if (call.has(2)) {
            links.tie(call.node().input(2), 0, y, CHANNEL);
        }
        if (group == 1) {
            links.tie(w, 1, y, CHANNEL);
        } else if (inputs == group) {
            links.allow(w, 1);
            Conv.tieGroups(links, x, y, group, outputsPerGroup);
        } else {
            Conv.lockstep(links, x, CHANNEL, group, inputs / group, null, 0);
            Conv.lockstep(links, y, CHANNEL, group, outputsPerGroup, w, 1);
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        long group = call.attributes().integer("group", 1);
        return group > 1 && call.shape(1).size(0) == group
                ? Conv.withGroupOfChannels(call, cut)
                : call.node();
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, 2};
    }

    /** Every element of X is multiplied with all of its channel's kernels. */
    @Override
    public Optional<Weights> weights(Node node) {
        return Optional.of(Weights.ofWindow(1, node.attributes().integer("group", 1)));
    }

    @Override
    public long macs(Call call) {
        call.outputShape(0);
        return Math.multiplyExact(
                call.shape(0).elementCount(), call.shape(1).with(0, Dim.of(1)).elementCount());
    }

    @Override
    public boolean trains(Call call) {
        Shape x = call.shape(0);
        return call.ranked(1)
                && call.shape(1).rank() >= 3
                && call.shape(1).rank() <= 5
                && x.isRanked()
                && Shape.of(x.dims().subList(2, x.rank())).isFixed();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        Window window = Conv.window(call);
        int axes = window.kernel().size();
        long[] pads = pads(call);
        long[] begin = Arrays.copyOf(pads, axes);
        long[] extra = outputPadding(call, axes);
        boolean symmetric =
                Arrays.equals(begin, Arrays.copyOfRange(pads, axes, 2 * axes))
                        && Arrays.stream(begin).allMatch(pad -> pad >= 0)
                        && Arrays.stream(extra).allMatch(e -> e == 0);
        String bias = call.has(2) ? torch.in(2) : "None";
        String value =
                "torch.conv_transpose%sd(%s, %s, %s, %s, %s, %s, %s, %s)"
                        .formatted(
                                axes,
                                torch.in(0),
                                torch.in(1),
                                symmetric ? bias : "None",
                                TorchWriter.ints(window.strides()),
                                TorchWriter.ints(symmetric ? begin : new long[axes]),
                                TorchWriter.ints(new long[axes]),
                                call.attributes().integer("group", 1),
                                TorchWriter.ints(window.dilations()));
        if (symmetric) {
            torch.out(value);
            return;
        }
        List<Long> reversed = new ArrayList<>();
        for (int i = axes - 1; i >= 0; i--) {
            Collections.addAll(reversed, -pads[i], extra[i] - pads[i + axes]);
        }
        value = "torch.constant_pad_nd(" + value + ", " + reversed + ", 0.)";
        long[] column = new long[axes + 1];
        Arrays.fill(column, 1);
        column[0] = -1;
        torch.out(
                call.has(2)
                        ? "torch.add(%s, torch.reshape(%s, %s))"
                                .formatted(value, bias, TorchWriter.ints(column))
                        : value);
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return Weights.isLinear(call, scaled);
    }
}
