package dev.espalier.core.analysis;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.testkit.OperatorExample;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The smallest cuts that an operator allows in an example call. Each has to give what is left of
 * the outputs of the whole call, in which the numbers that go are zeros.
 */
public final class ExampleCut {
    private final OperatorExample example;
    private final ShapeInference types;
    private final Map<Axis, BitSet> removed;

    private ExampleCut(OperatorExample example, ShapeInference types, Map<Axis, BitSet> removed) {
        this.example = example;
        this.types = types;
        this.removed = removed;
    }

    /**
     * One for each class of positions that go together and are free; none where the runtime alone
     * knows how many there are.
     */
    public static List<ExampleCut> of(OperatorExample example) {
        if (!example.openSizes().isEmpty()) {
            return List.of();
        }
        Model model = example.model();
        Node node = example.node();
        ShapeInference types = ShapeInference.of(model);
        Set<String> values = new LinkedHashSet<>(node.inputs());
        values.addAll(node.outputs());
        values.remove("");
        Positions positions = new Positions(0);
        values.forEach(value -> positions.add(value, types.shape(value)));
        positions.seal();
        LinkRecorder recorder = new LinkRecorder(positions, types::shape, node);
        example.operator().channels(types.call(node), recorder);

        Map<Integer, Map<Axis, BitSet>> classes = new LinkedHashMap<>();
        Set<Integer> frozen = new HashSet<>();
        Set<Axis> freezes = new HashSet<>();
        recorder.freezes().forEach(freeze -> freezes.add(freeze.axis()));
        for (int ordinal = 0; ordinal < positions.axisCount(); ordinal++) {
            Axis axis = positions.axis(ordinal);
            int first = positions.firstOf(ordinal);
            for (int i = first; i < positions.firstOf(ordinal + 1); i++) {
                int root = positions.root(i);
                classes.computeIfAbsent(root, k -> new LinkedHashMap<>())
                        .computeIfAbsent(axis, k -> new BitSet())
                        .set(i - first);
                if (freezes.contains(axis) || !recorder.mentions(axis)) {
                    frozen.add(root);
                }
            }
        }
        classes.keySet().removeAll(frozen);
        List<ExampleCut> cuts = new ArrayList<>();
        for (Map<Axis, BitSet> positionsOfClass : classes.values()) {
            boolean leavesSome =
                    positionsOfClass.entrySet().stream()
                            .allMatch(entry -> entry.getValue().cardinality() < size(types, entry));
            if (leavesSome) {
                cuts.add(new ExampleCut(example, types, positionsOfClass));
            }
        }
        return cuts;
    }

    private static long size(ShapeInference types, Map.Entry<Axis, BitSet> entry) {
        return types.shape(entry.getKey().value()).size(entry.getKey().axis());
    }

    /** The bound example, with zeros where something goes that is multiplied and summed up. */
    public Model whole() {
        Model bound = example.bound();
        GraphEditor editor = new GraphEditor(bound.graph());
        if (example.operator().macs(types.call(example.node())) > 0) {
            bound.graph()
                    .initializers()
                    .forEach((name, held) -> editor.setInitializer(name, zeroed(name, held)));
        }
        return bound.withGraph(editor.build());
    }

    private Tensor zeroed(String value, Initializer held) {
        Tensor zeroed = held.tensor();
        for (Map.Entry<Axis, BitSet> entry : removed.entrySet()) {
            if (entry.getKey().value().equals(value)) {
                zeroed = TensorSlices.zero(zeroed, entry.getKey().axis(), entry.getValue());
            }
        }
        return zeroed;
    }

    /** The bound example without what goes. */
    public Model smaller() {
        Graph graph = example.bound().graph();
        GraphEditor editor = new GraphEditor(graph);
        graph.initializers()
                .forEach((name, held) -> editor.setInitializer(name, kept(name, held.tensor())));
        ChannelCut cut =
                new ChannelCut() {
                    @Override
                    public int[] kept(String value, int axis) {
                        return ExampleCut.this.kept(new Axis(value, axis));
                    }

                    @Override
                    public String constant(String hint, Tensor tensor) {
                        return editor.addInitializer(hint, tensor);
                    }
                };
        editor.mapNodes(node -> example.operator().cut(types.call(example.node()), cut));
        return example.bound().withGraph(editor.build());
    }

    private int[] kept(Axis axis) {
        BitSet gone = removed.getOrDefault(axis, new BitSet());
        int size = Math.toIntExact(types.shape(axis.value()).size(axis.axis()));
        return IntStream.range(0, size).filter(i -> !gone.get(i)).toArray();
    }

    /** What is left of {@code tensor}, which is what {@code value} holds in the whole example. */
    public Tensor kept(String value, Tensor tensor) {
        Tensor kept = tensor;
        Shape shape = tensor.shape();
        for (int axis = 0; axis < shape.rank(); axis++) {
            Axis along = new Axis(value, axis);
            if (removed.containsKey(along)) {
                kept = TensorSlices.keep(kept, axis, kept(along));
            }
        }
        return kept;
    }

    @Override
    public String toString() {
        return example + " without " + removed;
    }
}
