package dev.espalier.core.analysis;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.ChannelLinks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** What one node says of the channels around it; ties go into {@link Positions} at once. */
final class LinkRecorder implements ChannelLinks {
    /** All of an axis that may not be cut. */
    record Freeze(Axis axis, String reason) {}

    private final Positions positions;
    private final Function<String, Shape> shapes;
    private final Node node;
    private final Set<Axis> mentioned = new HashSet<>();
    private final List<Freeze> freezes = new ArrayList<>();
    private final Map<Axis, Axis> outputs = new LinkedHashMap<>();
    private final List<Regrouping> regroupings = new ArrayList<>();

    LinkRecorder(Positions positions, Function<String, Shape> shapes, Node node) {
        this.positions = positions;
        this.shapes = shapes;
        this.node = node;
    }

    boolean mentions(Axis axis) {
        return mentioned.contains(axis);
    }

    List<Freeze> freezes() {
        return freezes;
    }

    /** The axis of an output that an axis of an input was tied to, by the latter. */
    Map<Axis, Axis> outputs() {
        return outputs;
    }

    @Override
    public void tie(String a, int axisA, String b, int axisB) {
        int size = size(a, axisA);
        if (size != size(b, axisB)) {
            throw new IllegalArgumentException(
                    "axis %s of '%s' %s and axis %s of '%s' %s should be of one size"
                            .formatted(axisA, a, shapes.apply(a), axisB, b, shapes.apply(b)));
        }
        int fromA = mention(a, axisA);
        int fromB = mention(b, axisB);
        noteOutput(new Axis(a, axisA), new Axis(b, axisB));
        noteOutput(new Axis(b, axisB), new Axis(a, axisA));
        for (int i = 0; i < size && fromA >= 0 && fromB >= 0; i++) {
            positions.tie(fromA + i, fromB + i);
        }
    }

    @Override
    public void tie(
            String a,
            int axisA,
            IntUnaryOperator indexA,
            String b,
            int axisB,
            IntUnaryOperator indexB,
            int count) {
        int sizeA = size(a, axisA);
        int sizeB = size(b, axisB);
        int fromA = mention(a, axisA);
        int fromB = mention(b, axisB);
        noteOutput(new Axis(a, axisA), new Axis(b, axisB));
        noteOutput(new Axis(b, axisB), new Axis(a, axisA));
        for (int i = 0; i < count && fromA >= 0 && fromB >= 0; i++) {
            positions.tie(
                    fromA + Objects.checkIndex(indexA.applyAsInt(i), sizeA),
                    fromB + Objects.checkIndex(indexB.applyAsInt(i), sizeB));
        }
        if (fromA < 0 || fromB < 0) {
            freeze(a, axisA, "is tied to " + new Axis(b, axisB) + ", which is too long to cut");
            freeze(b, axisB, "is tied to " + new Axis(a, axisA) + ", which is too long to cut");
        }
    }

    /** Which axis is taken is settled when all nodes are known. */
    @Override
    public void regroup(
            String whole, int wholeAxis, String parts, int from, int[] sizes, int preferred) {
        size(whole, wholeAxis);
        regroupings.add(
                new Regrouping(
                        this,
                        whole,
                        wholeAxis,
                        parts,
                        from,
                        IntStream.of(sizes).boxed().toList(),
                        preferred));
    }

    /** What is still to be settled, each by {@link #take}. */
    List<Regrouping> regroupings() {
        return regroupings;
    }

    void take(Regrouping regrouping, int axis) {
        ChannelLinks.super.regroup(
                regrouping.whole(),
                regrouping.wholeAxis(),
                regrouping.parts(),
                regrouping.from(),
                regrouping.sizes().stream().mapToInt(Integer::intValue).toArray(),
                axis);
    }

    private void noteOutput(Axis input, Axis made) {
        if (node.outputs().contains(made.value()) && node.inputs().contains(input.value())) {
            outputs.put(input, made);
        }
    }

    @Override
    public void allow(String value, int axis) {
        size(value, axis);
        mention(value, axis);
    }

    @Override
    public void freeze(String value, int axis, String reason) {
        size(value, axis);
        mention(value, axis);
        freezes.add(new Freeze(new Axis(value, axis), reason));
    }

    private int size(String value, int axis) {
        if (!positions.knows(value) || axis < 0 || axis >= positions.rank(value)) {
            throw new IllegalArgumentException(
                    "axis %s of '%s' %s does not exist"
                            .formatted(axis, value, shapes.apply(value)));
        }
        return Math.toIntExact(Math.min(shapes.apply(value).size(axis), Integer.MAX_VALUE));
    }

    private int mention(String value, int axis) {
        mentioned.add(new Axis(value, axis));
        return positions.first(value, axis);
    }
}
