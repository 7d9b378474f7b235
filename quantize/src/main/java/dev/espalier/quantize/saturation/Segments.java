package dev.espalier.quantize.saturation;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cuts a model at the outputs of some layers, and gives the pieces as models of their own. */
final class Segments {
    private final Model model;
    private final ShapeInference inference;
    private final Map<String, ByteLayer> cuts = new HashMap<>();

    /**
     * @param layers whose outputs a piece takes as inputs
     */
    Segments(Model model, Collection<ByteLayer> layers) {
        this.model = model;
        this.inference = ShapeInference.of(model);
        layers.forEach(layer -> cuts.put(layer.output(), layer));
    }

    /**
     * A piece of the model.
     *
     * @param model that computes the values asked for
     * @param inputs names of the values that it takes
     */
    record Segment(Model model, List<String> inputs) {}

    /**
     * What computes {@code values} from the model's inputs and from cut values.
     *
     * @param more nodes to be added, which may read any value
     * @param constants that these read
     */
    Segment of(Collection<String> values, List<Node> more, List<Initializer> constants) {
        Graph graph = model.graph();
        Map<String, Node> added = new HashMap<>();
        more.forEach(node -> node.outputs().forEach(output -> added.put(output, node)));
        Set<Node> nodes = new HashSet<>();
        Map<String, Value> inputs = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(values);
        while (!open.isEmpty()) {
            String value = open.pop();
            if (value.isEmpty() || !seen.add(value)) {
                continue;
            }
            if (cuts.containsKey(value)) {
                inputs.put(value, cut(value));
                continue;
            }
            Node producer = added.containsKey(value) ? added.get(value) : producer(value);
            if (producer != null) {
                nodes.add(producer);
                open.addAll(producer.inputs());
            } else {
                graph.feeds().stream()
                        .filter(feed -> feed.name().equals(value))
                        .forEach(feed -> inputs.put(value, feed));
            }
        }
        List<Node> ordered =
                new ArrayList<>(graph.nodes().stream().filter(nodes::contains).toList());
        ordered.addAll(more.stream().filter(nodes::contains).toList());
        List<Initializer> all = new ArrayList<>(constants);
        graph.initializers().values().stream()
                .filter(constant -> seen.contains(constant.name()))
                .forEach(all::add);
        Graph piece =
                new Graph(
                        graph.name(),
                        List.copyOf(inputs.values()),
                        values.stream().map(value -> Value.of(value, null)).toList(),
                        List.of(),
                        all,
                        ordered,
                        graph.extras());
        return new Segment(
                model.withGraph(new GraphEditor(piece).build()), List.copyOf(inputs.keySet()));
    }

    private Node producer(String value) {
        return model.graph().producer(value).orElse(null);
    }

    private Value cut(String value) {
        boolean bytes = cuts.get(value).quantize() != null;
        return Value.of(
                value,
                new TensorType(bytes ? DataType.UINT8 : DataType.FLOAT, inference.shape(value)));
    }
}
