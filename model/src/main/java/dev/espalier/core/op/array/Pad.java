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
import java.util.stream.IntStream;

/**
 * Adds elements before and after each axis; negative amounts take them away. Amounts are an
 * attribute before operator set 11 and an input from then on, for the axes of a fourth input from
 * 18 on.
 *
 * <p>Channels: those of X go with where they land; those that the Pad makes, and those it takes
 * away, may be cut freely, and the amounts follow. Modes that copy from X freeze the axis.
 */
@Traits({Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.REARRANGES})
final class Pad implements Operator {
    @Override
    public String type() {
        return "Pad";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 4)
                .word("mode", "constant", "reflect", "edge", "wrap")
                .integers(1, 3)
                .numbers(2)
                .scalar(2);
    }

    /** The begins of all axes, then the ends; empty where they are not known. */
    private static Optional<long[]> amounts(Call call) {
        Optional<long[]> given = call.longs("pads", 1);
        if (given.isEmpty() || !call.ranked(0) || call.has(3) && call.constant(3).isEmpty()) {
            return Optional.empty();
        }
        int rank = call.shape(0).rank();
        long[] axes =
                call.constantLongs(3).orElse(IntStream.range(0, rank).asLongStream().toArray());
        if (given.get().length != 2 * axes.length) {
            throw new IllegalArgumentException(
                    "%s amounts for %s axes".formatted(given.get().length, axes.length));
        }
        long[] amounts = new long[2 * rank];
        for (int i = 0; i < axes.length; i++) {
            int axis = Call.axis(axes[i], rank);
            amounts[axis] = given.get()[i];
            amounts[axis + rank] = given.get()[i + axes.length];
        }
        return Optional.of(amounts);
    }

    private static String mode(Call call) {
        return call.attributes().string("mode", "constant");
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0)) {
            return call.output(Shape.UNRANKED);
        }
        Optional<long[]> amounts = amounts(call);
        int rank = call.shape(0).rank();
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            Dim dim = call.shape(0).dim(axis);
            if (amounts.isEmpty()) {
                dims.add(Dim.UNKNOWN);
                continue;
            }
            long added = Math.addExact(amounts.get()[axis], amounts.get()[axis + rank]);
            dims.add(
                    dim.isFixed()
                            ? Dim.of(Math.addExact(dim.size(), added))
                            : added == 0 ? dim : Dim.UNKNOWN);
        }
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Optional<long[]> amounts = amounts(call);
        if (amounts.isEmpty()) {
            return;
        }
        String x = call.node().input(0);
        String y = call.node().output(0);
        int rank = call.shape(0).rank();
        for (int axis = 0; axis < rank; axis++) {
            long begin = amounts.get()[axis];
            long end = amounts.get()[axis + rank];
            if (begin == 0 && end == 0) {
                links.tie(x, axis, y, axis);
            } else if (!mode(call).equals("constant")) {
                links.freeze(x, axis, "a Pad in mode '" + mode(call) + "' copies along it");
            } else if (call.shape(0).dim(axis).isFixed()) {
                tie(call, links, axis, Math.toIntExact(begin), Math.toIntExact(end));
            }
        }
    }

    private static void tie(Call call, ChannelLinks links, int axis, int begin, int end) {
        int size = Math.toIntExact(call.shape(0).size(axis));
        int first = Math.max(0, -begin);
        int last = size - Math.max(0, -end);
        links.allow(call.node().input(0), axis);
        links.allow(call.node().output(0), axis);
        links.tie(
                call.node().input(0),
                axis,
                i -> first + i,
                call.node().output(0),
                axis,
                i -> first + begin + i,
                Math.max(0, last - first));
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        long[] amounts = amounts(call).orElseThrow().clone();
        int rank = call.shape(0).rank();
        boolean changed = false;
        for (int axis = 0; axis < rank; axis++) {
            int begin = Math.toIntExact(amounts[axis]);
            int end = Math.toIntExact(amounts[axis + rank]);
            if (begin == 0 && end == 0 || !call.shape(0).dim(axis).isFixed()) {
                continue;
            }
            int size = Math.toIntExact(call.shape(0).size(axis));
            int[] x = cut.kept(call.node().input(0), axis);
            int[] y = cut.kept(call.node().output(0), axis);
            amounts[axis] = begin > 0 ? Slice.below(y, begin) : -Slice.below(x, -begin);
            amounts[axis + rank] =
                    end > 0
                            ? y.length - Slice.below(y, begin + size)
                            : Slice.below(x, size + end) - x.length;
            changed |= amounts[axis] != begin || amounts[axis + rank] != end;
        }
        if (!changed) {
            return call.node();
        }
        if (!call.has(1)) {
            return call.node().withAttributes(call.attributes().with("pads", amounts));
        }
        Tensor constant = Tensor.ofLongs(Shape.of(amounts.length), amounts);
        Node node = call.node().withInput(1, cut.constant(call.node().input(1), constant));
        return node.hasInput(3) ? node.withInputs(node.inputs().subList(0, 3)) : node;
    }

    @Override
    public boolean changesNothing(Call call) {
        return call.longs("pads", 1)
                .map(pads -> Arrays.stream(pads).allMatch(pad -> pad == 0))
                .orElse(false);
    }

    @Override
    public boolean trains(Call call) {
        return amounts(call).isPresent() && value(call).isPresent() && torchMode(call) != null;
    }

    /** The number to pad with, where it is known. */
    private static Optional<Double> value(Call call) {
        return call.has(2)
                ? call.constant(2).map(tensor -> tensor.toDoubles()[0])
                : Optional.of((double) call.attributes().real("value", 0));
    }

    /** Torch's name for the mode; null where Torch cannot do it along these axes. */
    private static String torchMode(Call call) {
        int rank = call.shape(0).rank();
        long[] amounts = amounts(call).orElseThrow();
        boolean spatialOnly =
                rank > 2
                        && rank < 6
                        && IntStream.of(0, 1, rank, rank + 1).allMatch(i -> amounts[i] == 0);
        return switch (mode(call)) {
            case "constant" -> "constant";
            case "reflect" -> spatialOnly ? "reflect" : null;
            case "edge" -> spatialOnly ? "replicate" : null;
            default -> null;
        };
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        long[] amounts = amounts(call).orElseThrow();
        int rank = call.shape(0).rank();
        String mode = torchMode(call);
        List<Long> reversed = new ArrayList<>();
        for (int axis = rank - 1; axis >= (mode.equals("constant") ? 0 : 2); axis--) {
            reversed.add(amounts[axis]);
            reversed.add(amounts[axis + rank]);
        }
        double value = value(call).orElseThrow();
        torch.out(
                mode.equals("constant")
                        ? "torch.constant_pad_nd(%s, %s, %s)"
                                .formatted(
                                        torch.in(0),
                                        reversed,
                                        call.dataType(0).isFloating()
                                                ? TorchWriter.real(value)
                                                : Long.toString((long) value))
                        : "torch.pad(%s, %s, \"%s\")".formatted(torch.in(0), reversed, mode));
    }

    /** Zeros that are added are zeros under any factor; the other modes copy from X. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        boolean zeros =
                call.has(2)
                        ? call.constant(2)
                                .filter(t -> t.elementCount() == 1 && t.toDoubles()[0] == 0)
                                .isPresent()
                        : call.attributes().real("value", 0) == 0;
        return (scaled.isEmpty() || scaled.equals(Set.of(0)))
                && (zeros || !mode(call).equals("constant"));
    }
}
