package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cuts a model at some values, and gives the pieces as models of their own. */
final class Segments {
    private final Model model;
    private final Map<String, TensorType> cuts;

    /**
     * @param cuts values that a piece takes as inputs, with their types
     */
    Segments(Model model, Map<String, TensorType> cuts) {
        this.model = model;
        this.cuts = cuts;
    }

    /**
     * A piece of the model.
     *
     * @param model that computes the values asked for
     * @param inputs names of the values that it takes
     */
    record Segment(Model model, List<String> inputs) {}

    /** What computes {@code values} from the model's inputs and from cut values. */
    Segment of(Collection<String> values) {
        Graph graph = model.graph();
        Set<Node> nodes = new HashSet<>();
        Map<String, Value> inputs = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(values);
        while (!open.isEmpty()) {
            String value = open.pop();
            if (value.isEmpty() || !seen.add(value)) {
                continue;
            }
            Node producer = graph.producer(value).orElse(null);
            if (cuts.containsKey(value)) {
                inputs.put(value, Value.of(value, cuts.get(value)));
            } else if (producer != null) {
                nodes.add(producer);
                open.addAll(producer.reads());
            } else {
                graph.feeds().stream()
                        .filter(feed -> feed.name().equals(value))
                        .forEach(feed -> inputs.put(value, feed));
            }
        }
        List<Initializer> constants =
                graph.initializers().values().stream()
                        .filter(constant -> seen.contains(constant.name()))
                        .toList();
        Graph piece =
                new Graph(
                        graph.name(),
                        List.copyOf(inputs.values()),
                        values.stream().map(value -> Value.of(value, null)).toList(),
                        List.of(),
                        constants,
                        graph.nodes().stream().filter(nodes::contains).toList(),
                        graph.extras());
        return new Segment(
                model.withGraph(new GraphEditor(piece).build()), List.copyOf(inputs.keySet()));
    }
}
