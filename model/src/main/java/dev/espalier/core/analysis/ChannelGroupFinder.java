package dev.espalier.core.analysis;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.array.ShapeOf;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** One run of {@link ChannelGroups#of}. */
final class ChannelGroupFinder {
    private final Model model;
    private final Graph graph;
    private final ShapeInference types;
    private final ShapeInference anyBatch;
    private final Positions positions;
    private final Map<Axis, ProducingLayer> layers = new LinkedHashMap<>();

    /** Why positions are frozen; the entry listed first at a class speaks for it. */
    private final List<String> reasons = new ArrayList<>();

    private final List<LinkRecorder.Freeze> freezes = new ArrayList<>();

    /** Nodes that split or merge channels, with what is still to be settled about them. */
    private final Map<Node, LinkRecorder> regrouping = new LinkedHashMap<>();

    private int[] reasonByRoot;

    ChannelGroupFinder(Model model, InputShapes shapes) {
        this.model = model;
        this.graph = model.graph();
        this.positions =
                new Positions(
                        graph.initializers().values().stream()
                                .mapToLong(initializer -> initializer.tensor().elementCount())
                                .sum());
        this.types = ShapeInference.of(model, shapes);
        this.anyBatch = ShapeInference.of(model);
    }

    ChannelGroups find() {
        number();
        // Later reasons win less: what an operator says explains more than that an axis is fixed.
        List<LinkRecorder.Freeze> unmentioned = new ArrayList<>();
        graph.nodes().forEach(node -> link(node, unmentioned));
        freezeBorders();
        settle(unmentioned);
        freezes.addAll(unmentioned);
        spreadFreezes();
        return new ChannelGroups(
                model,
                types,
                anyBatch,
                new ClassesByAxes(positions, graph, layers).groups(reasonByRoot),
                frozenLayers());
    }

    private void number() {
        graph.feeds().forEach(value -> number(value.name()));
        graph.initializers().keySet().forEach(this::number);
        graph.nodes().forEach(node -> node.outputs().forEach(this::number));
        positions.seal();
    }

    private void number(String value) {
        if (!value.isEmpty() && types.shape(value).isRanked() && types.shape(value).isFixed()) {
            positions.add(value, types.shape(value));
        }
    }

    private void link(Node node, List<LinkRecorder.Freeze> unmentioned) {
        Set<String> values = values(node);
        Optional<Operator> operator = Operators.of(node);
        if (operator.isEmpty()) {
            freezeAll(values, "crosses unknown operator " + node.label());
            return;
        }
        Optional<String> untyped = values.stream().filter(v -> !positions.knows(v)).findFirst();
        if (untyped.isPresent()) {
            freezeAll(
                    values,
                    "meets %s, where '%s' has no known shape"
                            .formatted(node.label(), untyped.get()));
            return;
        }
        if (node.is("Shape") && isLookedUp(node.output(0))) {
            freezeLookedUp(node);
            return;
        }
        LinkRecorder recorder = new LinkRecorder(positions, types::shape, node);
        Call call = call(node);
        long macs =
                OperatorRule.ask(
                        node,
                        () -> {
                            operator.get().channels(call, recorder);
                            return operator.get().macs(call);
                        });
        for (LinkRecorder.Freeze freeze : recorder.freezes()) {
            String reason = "meets " + node.label() + ": " + freeze.reason();
            freezes.add(new LinkRecorder.Freeze(freeze.axis(), reason));
        }
        if (recorder.regroupings().isEmpty()) {
            freezeRest(node, values, recorder, unmentioned);
        } else {
            regrouping.put(node, recorder);
        }
        if (macs > 0) {
            noteLayer(node, recorder);
        }
    }

    /** Takes axes where nodes split and merge channels, when all else is known. */
    private void settle(List<LinkRecorder.Freeze> unmentioned) {
        BitSet kept = new BitSet();
        for (List<LinkRecorder.Freeze> all : List.of(freezes, unmentioned)) {
            for (LinkRecorder.Freeze freeze : all) {
                positionsOf(freeze.axis()).forEach(position -> kept.set(positions.root(position)));
            }
        }
        Regrouping.settle(
                regrouping.values().stream()
                        .flatMap(recorder -> recorder.regroupings().stream())
                        .toList(),
                positions,
                axis ->
                        positionsOf(axis)
                                .noneMatch(position -> kept.get(positions.root(position))));
        regrouping.forEach(
                (node, recorder) -> freezeRest(node, values(node), recorder, unmentioned));
    }

    private IntStream positionsOf(Axis axis) {
        int first = positions.first(axis.value(), axis.axis());
        int size = first < 0 ? 0 : (int) types.shape(axis.value()).size(axis.axis());
        return IntStream.range(first, first + size);
    }

    /** An axis that a node does not mention has to stay as it is. */
    private void freezeRest(
            Node node,
            Set<String> values,
            LinkRecorder recorder,
            List<LinkRecorder.Freeze> unmentioned) {
        for (String value : values) {
            for (int axis = 0; axis < positions.rank(value); axis++) {
                Axis whole = new Axis(value, axis);
                if (!recorder.mentions(whole)) {
                    unmentioned.add(
                            new LinkRecorder.Freeze(
                                    whole,
                                    "meets " + node.label() + ", which needs all of " + whole));
                }
            }
        }
    }

    private static Set<String> values(Node node) {
        Set<String> values = new LinkedHashSet<>(node.inputs());
        values.addAll(node.outputs());
        values.remove("");
        return values;
    }

    /** Whether only single entries of a vector are read, at places that are known. */
    private boolean isLookedUp(String vector) {
        return !graph.isOutput(vector)
                && !graph.isCaptured(vector)
                && graph.consumers(vector).stream()
                        .allMatch(
                                reader ->
                                        reader.is("Gather")
                                                && anyBatch.constant(reader.input(1)).isPresent());
    }

    /** A Shape of which single sizes are looked up, mostly the batch, does not mind the others. */
    private void freezeLookedUp(Node shape) {
        int[] axes = ShapeOf.axes(call(shape));
        for (Node reader : graph.consumers(shape.output(0))) {
            for (long index : anyBatch.constant(reader.input(1)).orElseThrow().toLongs()) {
                int axis = axes[Math.toIntExact(index < 0 ? index + axes.length : index)];
                freezes.add(
                        new LinkRecorder.Freeze(
                                new Axis(shape.input(0), axis),
                                "meets " + shape.label() + ", whose result holds its size"));
            }
        }
    }

    /** Sizes as bound, but constants only where they do not depend on the batch size. */
    private Call call(Node node) {
        return anyBatch.call(node, types);
    }

    private void noteLayer(Node node, LinkRecorder recorder) {
        recorder.outputs()
                .forEach(
                        (input, output) -> {
                            Tensor weight = types.constant(input.value()).orElse(null);
                            if (weight != null && weight.shape().rank() >= 2) {
                                layers.putIfAbsent(input, new ProducingLayer(node, input, output));
                            }
                        });
    }

    private void freezeAll(Set<String> values, String reason) {
        for (String value : values) {
            for (int axis = 0; positions.knows(value) && axis < positions.rank(value); axis++) {
                freezes.add(new LinkRecorder.Freeze(new Axis(value, axis), reason));
            }
        }
    }

    private void freezeBorders() {
        for (Value output : graph.outputs()) {
            freezeAll(Set.of(output.name()), "reaches graph output '" + output.name() + "'");
        }
        for (Value input : graph.feeds()) {
            freezeAll(Set.of(input.name()), "comes from graph input '" + input.name() + "'");
        }
        for (String value : positions.values()) {
            if (graph.isCaptured(value)) {
                freezeAll(Set.of(value), "is read inside a sub-graph");
            }
        }
        graph.initializers()
                .forEach(
                        (name, initializer) -> {
                            DataType type = initializer.tensor().dataType();
                            if (type.bits() < 8) {
                                freezeAll(
                                        Set.of(name),
                                        "is stored as " + type + " in '" + name + "'");
                            }
                        });
    }

    private void spreadFreezes() {
        reasonByRoot = new int[positions.count()];
        Arrays.fill(reasonByRoot, -1);
        for (LinkRecorder.Freeze freeze : freezes) {
            Axis axis = freeze.axis();
            int first = positions.first(axis.value(), axis.axis());
            int size = first < 0 ? 0 : (int) types.shape(axis.value()).size(axis.axis());
            for (int i = 0; i < size; i++) {
                int root = positions.root(first + i);
                if (reasonByRoot[root] < 0) {
                    reasonByRoot[root] = reasons.size();
                }
            }
            reasons.add(freeze.reason());
        }
    }

    private List<FrozenChannels> frozenLayers() {
        List<FrozenChannels> frozen = new ArrayList<>();
        for (ProducingLayer layer : layers.values()) {
            Axis made = layer.output();
            int first = positions.first(made.value(), made.axis());
            int size = first < 0 ? 0 : (int) types.shape(made.value()).size(made.axis());
            Map<String, Integer> counts = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                int reason = reasonByRoot[positions.root(first + i)];
                if (reason >= 0) {
                    counts.merge(reasons.get(reason), 1, Integer::sum);
                }
            }
            counts.forEach((reason, count) -> frozen.add(new FrozenChannels(layer, count, reason)));
        }
        return frozen;
    }
}
