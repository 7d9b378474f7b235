package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the nodes of a graph into the place of the node that holds it. */
final class Inliner {
    private final GraphEditor editor;
    private final Node holder;
    private final InnerGraph inside;
    private final Map<String, String> names = new HashMap<>();
    private final List<Node> made = new ArrayList<>();

    Inliner(GraphEditor editor, Node holder, InnerGraph inside) {
        this.editor = editor;
        this.holder = holder;
        this.inside = inside;
    }

    /** The nodes, with names of values that nothing else has. */
    List<Node> nodes() {
        Graph graph = inside.graph();
        List<Value> inputs = graph.inputs();
        for (int i = 0; i < inputs.size(); i++) {
            names.put(inputs.get(i).name(), holder.input(i));
        }
        graph.initializers()
                .forEach(
                        (name, initializer) ->
                                names.put(name, editor.addInitializer(name, initializer.tensor())));
        Set<String> computed = new LinkedHashSet<>();
        graph.nodes().forEach(node -> computed.addAll(node.outputs()));
        List<Node> copies = new ArrayList<>();
        for (int i = 0; i < holder.outputs().size(); i++) {
            String output = holder.output(i);
            String value = graph.outputs().get(i).name();
            if (output.isEmpty()) {
                continue;
            }
            if (computed.contains(value) && !names.containsKey(value)) {
                names.put(value, output);
            } else {
                copies.add(
                        Node.of("", "Identity", List.of(value), List.of(output), Attributes.NONE));
            }
        }
        for (String value : computed) {
            if (!value.isEmpty()) {
                names.computeIfAbsent(value, editor::freshName);
            }
        }
        for (Node node : graph.nodes()) {
            made.add(renamed(node, names).withOutputs(all(node.outputs(), names)));
        }
        copies.forEach(copy -> made.add(renamed(copy, names)));
        return made;
    }

    /** Reads by other names; what a node makes is renamed where that is done. */
    private Node renamed(Node node, Map<String, String> to) {
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        node.attributes()
                .asMap()
                .forEach((name, value) -> attributes.put(name, renamed(value, to)));
        String name =
                node.name().isEmpty() || inside.function().isEmpty() || holder.name().isEmpty()
                        ? node.name()
                        : holder.name() + "/" + node.name();
        return new Node(
                name,
                node.domain(),
                node.opType(),
                node.overload(),
                all(node.inputs(), to),
                node.outputs(),
                Attributes.of(attributes),
                node.extras());
    }

    private Attribute renamed(Attribute value, Map<String, String> to) {
        if (value instanceof Attribute.GraphValue body) {
            return new Attribute.GraphValue(renamed(body.value(), to));
        }
        if (value instanceof Attribute.Graphs bodies) {
            return new Attribute.Graphs(
                    bodies.values().stream().map(body -> renamed(body, to)).toList());
        }
        return value;
    }

    /** A graph further inside: only what it reads from around it has another name. */
    private Graph renamed(Graph body, Map<String, String> to) {
        Map<String, String> visible = new HashMap<>(to);
        body.inputs().forEach(value -> visible.remove(value.name()));
        body.initializers().keySet().forEach(visible::remove);
        body.nodes().forEach(node -> node.outputs().forEach(visible::remove));
        List<Value> outputs =
                body.outputs().stream()
                        .map(
                                value ->
                                        new Value(
                                                visible.getOrDefault(value.name(), value.name()),
                                                value.tensorType(),
                                                value.extras()))
                        .toList();
        return new Graph(
                body.name(),
                body.inputs(),
                outputs,
                body.valueInfos(),
                List.copyOf(body.initializers().values()),
                body.nodes().stream().map(node -> renamed(node, visible)).toList(),
                body.extras());
    }

    private static List<String> all(List<String> values, Map<String, String> to) {
        return values.stream().map(value -> to.getOrDefault(value, value)).toList();
    }
}
