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

    /**
     * A graph further inside. What it defines gets names of its own where the body comes from a
     * function, whose names say nothing of those around the call.
     */
    private Graph renamed(Graph body, Map<String, String> to) {
        Map<String, String> visible = new HashMap<>(to);
        for (String value : defined(body)) {
            visible.put(value, inside.function().isEmpty() ? value : editor.freshName(value));
        }
        List<Initializer> initializers = new ArrayList<>();
        body.initializers()
                .forEach(
                        (name, initializer) ->
                                initializers.add(
                                        new Initializer(
                                                visible.get(name),
                                                initializer.tensor(),
                                                initializer.extras())));
        List<Node> nodes = new ArrayList<>();
        for (Node node : body.nodes()) {
            nodes.add(renamed(node, visible).withOutputs(all(node.outputs(), visible)));
        }
        return new Graph(
                body.name(),
                named(body.inputs(), visible),
                named(body.outputs(), visible),
                named(body.valueInfos(), visible),
                initializers,
                nodes,
                body.extras());
    }

    private static Set<String> defined(Graph body) {
        Set<String> defined = new LinkedHashSet<>(body.initializers().keySet());
        body.inputs().forEach(value -> defined.add(value.name()));
        body.nodes().forEach(node -> defined.addAll(node.outputs()));
        defined.remove("");
        return defined;
    }

    private static List<Value> named(List<Value> values, Map<String, String> to) {
        return values.stream()
                .map(
                        value ->
                                new Value(
                                        to.getOrDefault(value.name(), value.name()),
                                        value.tensorType(),
                                        value.extras()))
                .toList();
    }

    private static List<String> all(List<String> values, Map<String, String> to) {
        return values.stream().map(value -> to.getOrDefault(value, value)).toList();
    }
}
