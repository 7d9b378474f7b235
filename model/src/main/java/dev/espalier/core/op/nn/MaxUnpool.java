package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Puts the numbers of X [N, C, D1..Dn] where the indices I of the same shape say, and zeros
 * elsewhere: into Y of size {@code stride * (size - 1) + kernel - pads} along each spatial axis, or
 * of {@code output_shape} if given.
 *
 * <p>Channels: they are frozen, since the indices count through all of them.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class MaxUnpool implements Operator {
    private static final int INDICES = 1;
    private static final int OUTPUT_SHAPE = 2;

    @Override
    public String type() {
        return "MaxUnpool";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, OUTPUT_SHAPE + 1).integers(INDICES, OUTPUT_SHAPE);
        Window.check(node, Shape.UNRANKED);
        Call call = node.call();
        int axes = call.attributes().integers("kernel_shape").length;
        NodeCheck.require(axes > 0, "kernel_shape is missing");
        Shape x = call.shape(0);
        NodeCheck.require(
                !x.isRanked() || x.rank() == axes + 2,
                "input %s does not have %s spatial axes as the kernel has",
                x,
                axes);
        call.constantLongs(OUTPUT_SHAPE)
                .ifPresent(
                        sizes ->
                                NodeCheck.require(
                                        sizes.length == axes + 2
                                                && Arrays.stream(sizes).allMatch(s -> s >= 0),
                                        "output_shape is %s, expected %s sizes",
                                        Arrays.toString(sizes),
                                        axes + 2));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (call.has(OUTPUT_SHAPE)) {
            Optional<long[]> wanted = call.constantLongs(OUTPUT_SHAPE);
            return call.output(wanted.map(Shape::of).orElse(Shape.UNRANKED));
        }
        if (!x.isRanked()) {
            return call.output(Shape.UNRANKED);
        }
        long[] kernel = call.attributes().integers("kernel_shape");
        long[] strides = call.attributes().integers("strides", ones(kernel.length));
        long[] pads = call.attributes().integers("pads", new long[2 * kernel.length]);
        List<Dim> dims = new ArrayList<>(x.dims().subList(0, 2));
        for (int i = 0; i < kernel.length; i++) {
            Dim size = x.dim(i + 2);
            if (!size.isFixed()) {
                dims.add(Dim.UNKNOWN);
                continue;
            }
            long covered =
                    Math.addExact(Math.multiplyExact(strides[i], size.size() - 1), kernel[i]);
            long left = covered - pads[i] - pads[i + kernel.length];
            NodeCheck.require(left >= 0, "pads are more than the %s that windows cover", covered);
            dims.add(Dim.of(left));
        }
        return call.output(Shape.of(dims));
    }

    private static long[] ones(int count) {
        long[] ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (String value : List.of(call.node().input(0), call.node().output(0))) {
            links.freeze(value, 1, "the indices of its numbers count through all channels");
        }
    }
}
