package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A computation: nodes in an order in which every value is produced before it is used. Immutable;
 * {@link GraphEditor} makes changed copies. Edges are value names, and {@link #producer} and {@link
 * #consumers} look them up in an index made once for each graph.
 */
public final class Graph {
    private final String name;
    private final List<Value> inputs;
    private final List<Value> outputs;
    private final List<Value> valueInfos;
    private final Map<String, Initializer> initializers;
    private final List<Node> nodes;
    private final Opaque extras;
    private GraphIndex index;

    /**
     * The parts are copied. Nothing is checked here: a file may hold an ill-formed sub-graph that
     * Espalier never touches. {@link GraphEditor#build()} checks what it makes.
     *
     * @param valueInfos declared types of intermediate values
     * @param extras what else the file says of the graph, sparse initializers included
     */
    public Graph(
            String name,
            List<Value> inputs,
            List<Value> outputs,
            List<Value> valueInfos,
            List<Initializer> initializers,
            List<Node> nodes,
            Opaque extras) {
        this.name = name;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.valueInfos = List.copyOf(valueInfos);
        Map<String, Initializer> byName = new LinkedHashMap<>();
        initializers.forEach(initializer -> byName.put(initializer.name(), initializer));
        this.initializers = Collections.unmodifiableMap(byName);
        this.nodes = List.copyOf(nodes);
        this.extras = extras;
    }

    public String name() {
        return name;
    }

    /** Declared inputs; files before IR version 4 list initializers here too. */
    public List<Value> inputs() {
        return inputs;
    }

    /** The inputs that a caller has to feed: those that are not initializers. */
    public List<Value> feeds() {
        return inputs.stream().filter(input -> !initializers.containsKey(input.name())).toList();
    }

    public List<Value> outputs() {
        return outputs;
    }

    public List<Value> valueInfos() {
        return valueInfos;
    }

    /** By name, in the file's order, unmodifiable. */
    public Map<String, Initializer> initializers() {
        return initializers;
    }

    public List<Node> nodes() {
        return nodes;
    }

    public Opaque extras() {
        return extras;
    }

    /** This graph with other nodes, in an order in which they can run; nothing is checked. */
    Graph withNodes(List<Node> changed) {
        return new Graph(
                name,
                inputs,
                outputs,
                valueInfos,
                List.copyOf(initializers.values()),
                changed,
                extras);
    }

    /** This graph and all graphs in attributes of its nodes, at any depth, from the outside in. */
    public List<Graph> withSubGraphs() {
        List<Graph> found = new ArrayList<>();
        collect(this, found);
        return found;
    }

    private static void collect(Graph graph, List<Graph> found) {
        found.add(graph);
        graph.nodes.forEach(
                node -> node.attributes().graphs().forEach(body -> collect(body, found)));
    }

    /** The constant tensor of this name: an initializer or the value of a Constant node. */
    public Optional<Tensor> constant(String value) {
        Initializer initializer = initializers.get(value);
        if (initializer != null) {
            return Optional.of(initializer.tensor());
        }
        return producer(value)
                .filter(node -> node.is("Constant"))
                .flatMap(node -> node.attributes().tensor("value"));
    }

    /** The node that produces {@code value}; empty for inputs, initializers and unknown names. */
    public Optional<Node> producer(String value) {
        return Optional.ofNullable(index().producers().get(value));
    }

    /**
     * The nodes that read {@code value}, each once, in order; a node whose sub-graph reads it
     * counts.
     */
    public List<Node> consumers(String value) {
        return index().consumers().getOrDefault(value, List.of());
    }

    public boolean isOutput(String value) {
        return index().outputNames().contains(value);
    }

    /** Whether a sub-graph of some node reads {@code value} by name. */
    public boolean isCaptured(String value) {
        return index().captured().contains(value);
    }

    private GraphIndex index() {
        // Two threads may both compute it; they compute the same.
        if (index == null) {
            index = GraphIndex.of(this);
        }
        return index;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Graph graph
                && name.equals(graph.name)
                && inputs.equals(graph.inputs)
                && outputs.equals(graph.outputs)
                && valueInfos.equals(graph.valueInfos)
                && List.copyOf(initializers.values())
                        .equals(List.copyOf(graph.initializers.values()))
                && nodes.equals(graph.nodes)
                && extras.equals(graph.extras);
    }

    @Override
    public int hashCode() {
        return java.util.Objects.hash(name, inputs, outputs, nodes);
    }

    @Override
    public String toString() {
        return "graph " + name + " of " + nodes.size() + " nodes";
    }
}
