package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
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
 * Takes every {@code step}-th index from {@code start} to before {@code end} along some axes.
 * Negative bounds count from the end, bounds outside are moved to it, and a negative step walks
 * backwards. All are inputs from operator set 10 on; before, bounds and axes were attributes.
 *
 * <p>Channels: what is taken goes with where it was, and what is left out may be cut freely. After
 * a cut the bounds are those of the taken part among the channels that stayed, which only a step of
 * 1 can say; other steps along an axis freeze it.
 */
@Traits({Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.SELECTS})
final class Slice implements Operator {
    private static final int IMAGE_RANK = 4;
    private static final int HEIGHT = 2;
    private static final int WIDTH = 3;

    /** Indices {@code start + i * step} for i below {@code count}, of one axis of {@code size}. */
    record Range(int start, int step, int count, int size) {
        boolean takesAll() {
            return step == 1 && count == size;
        }

        int index(int i) {
            return start + i * step;
        }

        int[] indices() {
            return IntStream.range(0, count).map(this::index).toArray();
        }
    }

    /**
     * The given bounds with axes counted from the start. A class and not a record, since records
     * hold no arrays.
     */
    private static final class Bounds {
        private final int[] axes;
        private final long[] starts;
        private final long[] ends;
        private final long[] steps;

        Bounds(int[] axes, long[] starts, long[] ends, long[] steps) {
            this.axes = axes;
            this.starts = starts;
            this.ends = ends;
            this.steps = steps;
        }

        int[] axes() {
            return axes;
        }

        long[] starts() {
            return starts;
        }

        long[] ends() {
            return ends;
        }

        long[] steps() {
            return steps;
        }
    }

    @Override
    public String type() {
        return "Slice";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 5).integers(1, 2, 3, 4).axes("axes", 0);
    }

    private static Optional<Bounds> bounds(Call call) {
        Optional<long[]> starts = call.longs("starts", 1);
        Optional<long[]> ends = call.longs("ends", 2);
        boolean knowsAxes = !call.gives("axes", 3) || call.longs("axes", 3).isPresent();
        boolean knowsSteps = !call.has(4) || call.constantLongs(4).isPresent();
        if (starts.isEmpty() || ends.isEmpty() || !knowsAxes || !knowsSteps || !call.ranked(0)) {
            return Optional.empty();
        }
        int count = starts.get().length;
        long[] axes =
                call.longs("axes", 3).orElse(IntStream.range(0, count).asLongStream().toArray());
        long[] steps = call.constantLongs(4).orElse(null);
        if (steps == null) {
            steps = new long[count];
            Arrays.fill(steps, 1);
        }
        if (ends.get().length != count || axes.length != count || steps.length != count) {
            throw new IllegalArgumentException(
                    "starts, ends, axes and steps differ in length: %s, %s, %s, %s"
                            .formatted(count, ends.get().length, axes.length, steps.length));
        }
        int rank = call.shape(0).rank();
        int[] counted = new int[count];
        for (int i = 0; i < count; i++) {
            counted[i] = Call.axis(axes[i], rank);
        }
        return Optional.of(new Bounds(counted, starts.get(), ends.get(), steps));
    }

    private static Range range(long size, long start, long end, long step) {
        if (step == 0) {
            throw new IllegalArgumentException("a step of 0");
        }
        long from = start < 0 ? start + size : start;
        long to = end < 0 ? end + size : end;
        long least = step > 0 ? 0 : -1;
        from = Math.max(0, Math.min(from, step > 0 ? size : size - 1));
        to = Math.max(least, Math.min(to, step > 0 ? size : size - 1));
        long span = step > 0 ? to - from : from - to;
        long stride = step == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(step);
        long count = span <= 0 ? 0 : (span - 1) / stride + 1;
        // A step past the axis is taken once at most, so that its own size does not matter.
        long bounded = Math.max(-size - 1, Math.min(size + 1, step));
        return new Range(
                Math.toIntExact(from),
                Math.toIntExact(bounded),
                Math.toIntExact(count),
                Math.toIntExact(size));
    }

    /** By axis; null where the axis is taken whole or its size is open. */
    private static Range[] ranges(Call call, Bounds bounds) {
        Range[] ranges = new Range[call.shape(0).rank()];
        for (int i = 0; i < bounds.axes().length; i++) {
            int axis = bounds.axes()[i];
            if (call.shape(0).dim(axis).isFixed()) {
                ranges[axis] =
                        range(
                                call.shape(0).size(axis),
                                bounds.starts()[i],
                                bounds.ends()[i],
                                bounds.steps()[i]);
            }
        }
        return ranges;
    }

    private static boolean takesAllOfOpen(Bounds bounds, int i) {
        return bounds.starts()[i] == 0
                && bounds.steps()[i] == 1
                && bounds.ends()[i] >= Integer.MAX_VALUE;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0)) {
            return call.output(Shape.UNRANKED);
        }
        Optional<Bounds> bounds = bounds(call);
        List<Dim> dims = new ArrayList<>(call.shape(0).dims());
        if (bounds.isEmpty()) {
            dims.replaceAll(dim -> Dim.UNKNOWN);
            return call.output(Shape.of(dims));
        }
        Range[] ranges = ranges(call, bounds.get());
        for (int i = 0; i < bounds.get().axes().length; i++) {
            int axis = bounds.get().axes()[i];
            if (ranges[axis] != null) {
                dims.set(axis, Dim.of(ranges[axis].count()));
            } else if (!takesAllOfOpen(bounds.get(), i)) {
                dims.set(axis, Dim.UNKNOWN);
            }
        }
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Optional<Bounds> bounds = bounds(call);
        if (bounds.isEmpty()) {
            return;
        }
        String x = call.node().input(0);
        String y = call.node().output(0);
        Range[] ranges = ranges(call, bounds.get());
        for (int axis = 0; axis < ranges.length; axis++) {
            Range range = ranges[axis];
            if (range == null || range.takesAll()) {
                links.tie(x, axis, y, axis);
            } else if (range.step() == 1) {
                links.allow(x, axis);
                links.tie(x, axis, range::index, y, axis, i -> i, range.count());
            } else {
                links.freeze(x, axis, "a slice takes every " + range.step() + "th index of it");
            }
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        Bounds bounds = bounds(call).orElseThrow();
        Range[] ranges = ranges(call, bounds);
        long[] starts = bounds.starts().clone();
        long[] ends = bounds.ends().clone();
        boolean changed = false;
        for (int i = 0; i < starts.length; i++) {
            Range range = ranges[bounds.axes()[i]];
            if (range == null || range.takesAll() || range.step() != 1) {
                continue;
            }
            int[] kept = cut.kept(call.node().input(0), bounds.axes()[i]);
            if (kept.length != range.size()) {
                starts[i] = below(kept, range.start());
                ends[i] = below(kept, range.start() + range.count());
                changed = true;
            }
        }
        if (!changed) {
            return call.node();
        }
        if (!call.has(1)) {
            return call.node()
                    .withAttributes(call.attributes().with("starts", starts).with("ends", ends));
        }
        return call.node()
                .withInput(1, cut.constant(call.node().input(1), bound(call, 1, starts)))
                .withInput(2, cut.constant(call.node().input(2), bound(call, 2, ends)));
    }

    private static Tensor bound(Call call, int input, long[] values) {
        DataType type = call.dataType(input);
        return Tensor.ofIntegers(type, Shape.of(values.length), values);
    }

    /** How many of the ascending indices are less than {@code limit}. */
    static int below(int[] indices, int limit) {
        return (int) Arrays.stream(indices).filter(index -> index < limit).count();
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        Optional<Bounds> bounds = bounds(call);
        if (x.isEmpty() || bounds.isEmpty()) {
            return Optional.empty();
        }
        Range[] ranges = ranges(call, bounds.get());
        long[] sizes = x.get().shape().sizes();
        long[] strides = Constants.strides(x.get().shape());
        long offset = 0;
        for (int axis = 0; axis < sizes.length; axis++) {
            if (ranges[axis] != null) {
                sizes[axis] = ranges[axis].count();
                offset += ranges[axis].start() * strides[axis];
                strides[axis] *= ranges[axis].step();
            }
        }
        return Constants.pick(x.get(), Constants.indices(sizes, strides, offset), Shape.of(sizes))
                .map(List::of);
    }

    @Override
    public boolean trains(Call call) {
        Optional<Bounds> bounds = bounds(call);
        return bounds.isPresent() && Arrays.stream(bounds.get().steps()).allMatch(s -> s > 0)
                || bounds.isPresent() && call.shape(0).isFixed();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        Bounds bounds = bounds(call).orElseThrow();
        Range[] ranges = ranges(call, bounds);
        String value = torch.in(0);
        if (isSubsampling(call, bounds, ranges)) {
            // A pool of single pixels takes the same ones, and its gradient keeps the layout of the
            // activations. That of a slice does not, and slows down all that comes before it.
            torch.out(
                    "torch.avg_pool2d(%s, [1, 1], %s, [0, 0], False, True)"
                            .formatted(
                                    value,
                                    TorchWriter.ints(step(ranges[HEIGHT]), step(ranges[WIDTH]))));
            return;
        }
        for (int i = 0; i < bounds.axes().length; i++) {
            int axis = bounds.axes()[i];
            if (ranges[axis] == null) {
                value =
                        "torch.slice(%s, %s, %s, %s, %s)"
                                .formatted(
                                        value,
                                        axis,
                                        bounds.starts()[i],
                                        bounds.ends()[i],
                                        bounds.steps()[i]);
            } else if (ranges[axis].step() < 0) {
                long[] indices = Arrays.stream(ranges[axis].indices()).asLongStream().toArray();
                String index = torch.constant(Tensor.ofLongs(Shape.of(indices.length), indices));
                value = "torch.index_select(%s, %s, %s)".formatted(value, axis, index);
            } else if (!ranges[axis].takesAll()) {
                int start = ranges[axis].start();
                int end = start + ranges[axis].count() * ranges[axis].step();
                value =
                        "torch.slice(%s, %s, %s, %s, %s)"
                                .formatted(value, axis, start, end, ranges[axis].step());
            }
        }
        torch.out(value);
    }

    /** Whether every n-th row and column of images [N,C,H,W] is taken, from the first one on. */
    private static boolean isSubsampling(Call call, Bounds bounds, Range[] ranges) {
        return ranges.length == IMAGE_RANK
                && call.dataType(0).isFloating()
                && IntStream.range(0, bounds.axes().length)
                        .allMatch(
                                i -> takesAllOfOpen(bounds, i) || isEven(bounds.axes()[i], ranges));
    }

    private static boolean isEven(int axis, Range[] ranges) {
        Range range = ranges[axis];
        return range != null
                && (range.takesAll()
                        || axis >= HEIGHT
                                && range.step() > 0
                                && range.start() == 0
                                && range.count() == 1 + (range.size() - 1) / range.step());
    }

    private static int step(Range range) {
        return range == null ? 1 : range.step();
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
