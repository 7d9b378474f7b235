package dev.espalier.core.analysis;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.Operator;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A model without some of its channels: every tensor along which they lie is cut, and operators
 * adapt what they hold of channel counts and indices ({@link Operator#cut}). Inputs, outputs and
 * names stay as they are. Immutable.
 */
public final class ChannelRemoval {
    private final ChannelGroups groups;
    private final Map<Axis, BitSet> removed;

    private ChannelRemoval(ChannelGroups groups, Map<Axis, BitSet> removed) {
        this.groups = groups;
        this.removed = removed;
    }

    /**
     * Removes channels, given by group as a set of channel numbers.
     *
     * @throws IllegalArgumentException where nothing of a group would be left
     */
    public static ChannelRemoval of(ChannelGroups groups, Map<ChannelGroup, BitSet> channels) {
        Map<Axis, BitSet> removed = new LinkedHashMap<>();
        channels.forEach(
                (group, numbers) -> {
                    if (numbers.cardinality() >= group.size()) {
                        throw new IllegalArgumentException("no channel would be left of " + group);
                    }
                    for (int a = 0; a < group.axes().size() && !numbers.isEmpty(); a++) {
                        BitSet gone =
                                removed.computeIfAbsent(group.axes().get(a), k -> new BitSet());
                        int axis = a;
                        numbers.stream()
                                .flatMap(c -> IntStream.of(group.positions(c, axis)))
                                .forEach(gone::set);
                    }
                });
        return new ChannelRemoval(groups, removed);
    }

    public boolean isEmpty() {
        return removed.isEmpty();
    }

    /**
     * The old indices that stay along an axis, ascending, as a new array; empty where all of them
     * do.
     */
    public Optional<int[]> kept(Axis axis) {
        BitSet gone = removed.get(axis);
        if (gone == null) {
            return Optional.empty();
        }
        int size = (int) groups.types().shape(axis.value()).size(axis.axis());
        return Optional.of(IntStream.range(0, size).filter(i -> !gone.get(i)).toArray());
    }

    /** {@code tensor}, which is what {@code value} held before, without what was removed of it. */
    public Tensor cut(String value, Tensor tensor) {
        Tensor cut = tensor;
        for (int axis = 0; axis < tensor.shape().rank(); axis++) {
            Optional<int[]> kept = kept(new Axis(value, axis));
            if (kept.isPresent()) {
                cut = TensorSlices.keep(cut, axis, kept.get());
            }
        }
        return cut;
    }

    /** The type of {@code value} after the removal. */
    public Optional<TensorType> type(String value) {
        return groups.types().type(value).map(type -> cut(value, type));
    }

    private TensorType cut(String value, TensorType type) {
        Shape shape = type.shape();
        for (int axis = 0; shape.isRanked() && axis < shape.rank(); axis++) {
            BitSet gone = removed.get(new Axis(value, axis));
            if (gone != null) {
                long size = groups.types().shape(value).size(axis) - gone.cardinality();
                shape = shape.with(axis, Dim.of(size));
            }
        }
        return type.withShape(shape);
    }

    /**
     * The smaller model.
     *
     * @throws UnsupportedModelException where an operator cannot adapt; the message names the node
     */
    public Model apply() {
        if (isEmpty()) {
            return groups.model();
        }
        Graph graph = groups.model().graph();
        GraphEditor editor = new GraphEditor(graph);
        Set<String> values = values();
        for (String value : values) {
            Initializer initializer = graph.initializers().get(value);
            if (initializer != null) {
                editor.setInitializer(value, cut(value, initializer.tensor()));
            }
        }
        graph.valueInfos().stream()
                .filter(info -> values.contains(info.name()) && info.type().isPresent())
                .forEach(info -> editor.declare(info.name(), cut(info.name(), info.type().get())));
        editor.mapNodes(node -> touches(node, values) ? adapt(node, editor) : node);
        return groups.model().withGraph(editor.removeUnused().build());
    }

    private Set<String> values() {
        Set<String> values = new LinkedHashSet<>();
        removed.keySet().forEach(axis -> values.add(axis.value()));
        return values;
    }

    private static boolean touches(Node node, Set<String> values) {
        return node.inputs().stream().anyMatch(values::contains)
                || node.outputs().stream().anyMatch(values::contains);
    }

    private Node adapt(Node node, GraphEditor editor) {
        Operator operator = Operators.of(node).orElseThrow();
        try {
            return operator.cut(groups.call(node), new Cut(editor));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new UnsupportedModelException(node.label() + ": " + e.getMessage(), e);
        }
    }

    private final class Cut implements ChannelCut {
        private final GraphEditor editor;

        Cut(GraphEditor editor) {
            this.editor = editor;
        }

        @Override
        public int[] kept(String value, int axis) {
            return ChannelRemoval.this
                    .kept(new Axis(value, axis))
                    .orElseGet(
                            () -> {
                                long size = groups.types().shape(value).size(axis);
                                return IntStream.range(0, Math.toIntExact(size)).toArray();
                            });
        }

        @Override
        public String constant(String hint, Tensor tensor) {
            return editor.addInitializer(hint, tensor);
        }
    }

    /**
     * The model as large as it was, with the removed weights set to zero: what the smaller one has
     * to agree with. Weights are the constants that layers with multiplications read, be it behind
     * a Transpose; with those that read a removed channel at zero, it does not matter what else the
     * channel holds.
     */
    public Model zeroed() {
        Graph graph = groups.model().graph();
        Set<String> weights = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            Optional<Operator> operator = Operators.of(node);
            if (touches(node, values())
                    && operator.isPresent()
                    && operator.get().macs(groups.call(node)) > 0) {
                node.inputs().forEach(input -> weights.addAll(StoredWeights.behind(graph, input)));
            }
        }
        Map<String, Tensor> changed = new HashMap<>();
        removed.forEach(
                (axis, gone) -> {
                    Initializer initializer = graph.initializers().get(axis.value());
                    if (initializer != null && weights.contains(axis.value())) {
                        Tensor old = changed.getOrDefault(axis.value(), initializer.tensor());
                        changed.put(axis.value(), TensorSlices.zero(old, axis.axis(), gone));
                    }
                });
        GraphEditor editor = new GraphEditor(graph);
        changed.forEach(editor::setInitializer);
        return groups.model().withGraph(editor.build());
    }
}
