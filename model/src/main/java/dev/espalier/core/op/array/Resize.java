package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Samples a tensor at another size, given by {@code scales} or {@code sizes}, nearest or linear;
 * the two are the second input in operator set 10 and the third and fourth from 11 on.
 *
 * <p>Channels: along an axis that keeps its size and is not shifted, positions go together.
 */
@Traits(Trait.UNCHANGED_13_TO_21)
final class Resize implements Operator {
    @Override
    public String type() {
        return "Resize";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 4).axes("axes", 0);
        node.word("mode", "nearest", "linear", "cubic");
        node.word(
                "coordinate_transformation_mode",
                "half_pixel",
                "half_pixel_symmetric",
                "pytorch_half_pixel",
                "align_corners",
                "asymmetric",
                "tf_crop_and_resize",
                "tf_half_pixel_for_nn");
        node.word(
                "nearest_mode",
                "round_prefer_floor",
                "round_prefer_ceil",
                "floor",
                "ceil",
                "simple");
        node.word("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller");
        node.reals(scalesInput(node.call()));
        node.call()
                .constant(scalesInput(node.call()))
                .ifPresent(
                        scales ->
                                Arrays.stream(scales.toDoubles())
                                        .forEach(
                                                scale ->
                                                        NodeCheck.require(
                                                                scale > 0 && Double.isFinite(scale),
                                                                "a scale of %s, expected more than 0",
                                                                scale)));
        if (hasSizes(node.call())) {
            node.integers(3);
        }
    }

    private static int scalesInput(Call call) {
        return call.opset() < 11 ? 1 : 2;
    }

    private static boolean hasSizes(Call call) {
        return call.opset() >= 11 && call.has(3);
    }

    private static boolean isCropped(Call call) {
        return mode(call, "coordinate_transformation_mode", "half_pixel")
                .equals("tf_crop_and_resize");
    }

    private static String mode(Call call, String name, String absent) {
        return call.attributes().string(name, absent);
    }

    /** The axes that scales and sizes are for: all, or from operator set 18 on those given. */
    private static int[] axes(Call call) {
        int rank = call.shape(0).rank();
        long[] all = java.util.stream.LongStream.range(0, rank).toArray();
        return Arrays.stream(call.attributes().integers("axes", all))
                .mapToInt(axis -> Call.axis(axis, rank))
                .toArray();
    }

    /** The factor of every axis; empty where it is not known. */
    private static Optional<double[]> scales(Call call) {
        Shape x = call.shape(0);
        int[] axes = axes(call);
        double[] scales = new double[x.rank()];
        Arrays.fill(scales, 1);
        Optional<Tensor> given = call.constant(hasSizes(call) ? 3 : scalesInput(call));
        if (given.isEmpty()) {
            return Optional.empty();
        }
        double[] numbers = given.get().toDoubles();
        if (numbers.length != axes.length) {
            throw new IllegalArgumentException(
                    "%s sizes or scales for %s axes".formatted(numbers.length, axes.length));
        }
        for (int i = 0; i < axes.length; i++) {
            if (!hasSizes(call)) {
                scales[axes[i]] = numbers[i];
            } else if (x.dim(axes[i]).isFixed()) {
                scales[axes[i]] = numbers[i] / x.size(axes[i]);
            } else {
                return Optional.empty();
            }
        }
        keepRatio(call, axes, scales);
        return Optional.of(scales);
    }

    private static void keepRatio(Call call, int[] axes, double[] scales) {
        String policy = mode(call, "keep_aspect_ratio_policy", "stretch");
        if (policy.equals("stretch") || !hasSizes(call)) {
            return;
        }
        double one =
                policy.equals("not_larger")
                        ? Arrays.stream(axes).mapToDouble(a -> scales[a]).min().orElse(1)
                        : Arrays.stream(axes).mapToDouble(a -> scales[a]).max().orElse(1);
        for (int axis : axes) {
            scales[axis] = one;
        }
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked()) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> dims = new ArrayList<>();
        Optional<double[]> scales = scales(call);
        boolean stretches = mode(call, "keep_aspect_ratio_policy", "stretch").equals("stretch");
        for (int axis = 0; axis < x.rank(); axis++) {
            Dim dim = x.dim(axis);
            if (scales.isPresent() && scales.get()[axis] == 1) {
                dims.add(dim);
            } else if (scales.isEmpty() || !dim.isFixed()) {
                dims.add(Dim.UNKNOWN);
            } else if (hasSizes(call) && !stretches) {
                dims.add(Dim.of((long) Math.floor(dim.size() * scales.get()[axis] + 0.5)));
            } else if (hasSizes(call)) {
                dims.add(Dim.of(Math.round(dim.size() * scales.get()[axis])));
            } else {
                // The scales are float32, and so is the product that ONNX cuts off.
                dims.add(Dim.of((long) Math.floor(dim.size() * (float) scales.get()[axis])));
            }
        }
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Optional<double[]> scales = scales(call);
        for (int axis = 0; axis < call.shape(0).rank() && scales.isPresent(); axis++) {
            if (scales.get()[axis] == 1 && !isCropped(call)) {
                links.tie(call.node().input(0), axis, call.node().output(0), axis);
            }
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        if (!hasSizes(call)) {
            return call.node();
        }
        long[] sizes = call.constantLongs(3).orElseThrow().clone();
        int[] axes = axes(call);
        boolean changed = false;
        for (int i = 0; i < axes.length; i++) {
            long size = cut.kept(call.node().output(0), axes[i]).length;
            changed |= size != call.outputShape(0).size(axes[i]);
            sizes[i] = size == call.outputShape(0).size(axes[i]) ? sizes[i] : size;
        }
        Tensor constant = Tensor.ofLongs(Shape.of(sizes.length), sizes);
        return changed
                ? call.node().withInput(3, cut.constant(call.node().input(3), constant))
                : call.node();
    }

    @Override
    public boolean trains(Call call) {
        String mode = mode(call, "mode", "nearest");
        return (mode.equals("nearest") || mode.equals("linear"))
                && call.ranked(0)
                && !isCropped(call)
                && call.attributes().integer("antialias", 0) == 0
                && scales(call).isPresent()
                && ResizeAxis.knows(transformation(call));
    }

    private static String transformation(Call call) {
        // Operator set 10 knew only this one and did not name it.
        String absent = call.opset() < 11 ? "asymmetric" : "half_pixel";
        return mode(call, "coordinate_transformation_mode", absent);
    }

    /** One axis after the other: entries are looked up, and for linear two are mixed. */
    @Override
    public void torch(Call call, TorchWriter torch) {
        String value = torch.in(0);
        Shape x = call.shape(0);
        Shape y = outputTypes(call).get(0).shape();
        double[] scales = scales(call).orElseThrow();
        String rounding =
                mode(call, "nearest_mode", call.opset() < 11 ? "floor" : "round_prefer_floor");
        for (int axis = 0; axis < x.rank(); axis++) {
            if (scales[axis] == 1) {
                continue;
            }
            ResizeAxis taps =
                    new ResizeAxis(transformation(call), x.size(axis), y.size(axis), scales[axis]);
            value =
                    mode(call, "mode", "nearest").equals("nearest")
                            ? select(torch, value, axis, taps.nearest(rounding))
                            : mix(call, torch, torch.let(value), axis, taps);
        }
        torch.out(value);
    }

    private static String mix(
            Call call, TorchWriter torch, String value, int axis, ResizeAxis taps) {
        String lower = select(torch, value, axis, taps.lower());
        String upper = select(torch, value, axis, taps.upper());
        long[] column = new long[call.shape(0).rank() - axis];
        Arrays.fill(column, 1);
        column[0] = taps.upperWeights().length;
        String weights =
                torch.constant(
                        Tensor.ofReals(call.dataType(0), Shape.of(column), taps.upperWeights()));
        return "torch.lerp(%s, %s, %s)".formatted(lower, upper, weights);
    }

    private static String select(TorchWriter torch, String value, int axis, long[] indices) {
        String constant = torch.constant(Tensor.ofLongs(Shape.of(indices.length), indices));
        return "torch.index_select(%s, %s, %s)".formatted(value, axis, constant);
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0)) && !isCropped(call);
    }
}
