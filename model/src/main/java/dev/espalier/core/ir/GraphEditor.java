package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The only way to change a {@link Graph}: collects edits on a copy and checks the result in {@link
 * #build()}. Nodes may be added in any order; the result is sorted. Types declared for values that
 * an edit made stale are dropped. Not thread-safe; use one editor for one change.
 */
public final class GraphEditor {
    private final Graph original;
    private final List<Node> nodes;
    private final Map<String, Initializer> initializers;
    private final Set<String> taken = new HashSet<>();
    private final Set<String> retyped = new HashSet<>();
    private final Map<String, Value> declared = new HashMap<>();
    private boolean inputsClosed;

    public GraphEditor(Graph graph) {
        this.original = graph;
        this.nodes = new ArrayList<>(graph.nodes());
        this.initializers = new LinkedHashMap<>(graph.initializers());
        collectNames(graph, taken);
    }

    private static void collectNames(Graph graph, Set<String> names) {
        names.addAll(graph.initializers().keySet());
        graph.inputs().forEach(value -> names.add(value.name()));
        graph.outputs().forEach(value -> names.add(value.name()));
        graph.valueInfos().forEach(value -> names.add(value.name()));
        for (Node node : graph.nodes()) {
            names.addAll(node.inputs());
            names.addAll(node.outputs());
            names.add(node.name());
            node.attributes().graphs().forEach(body -> collectNames(body, names));
        }
    }

    /** A value and node name that nothing uses yet: {@code hint} itself, or with a number added. */
    public String freshName(String hint) {
        String name = hint;
        for (int i = 1; !taken.add(name); i++) {
            name = hint + "_" + i;
        }
        return name;
    }

    /** The nodes as edited so far, in no particular order. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    public GraphEditor add(Node node) {
        nodes.add(node);
        taken.addAll(node.outputs());
        return this;
    }

    /** Replaces one node by any number of nodes; outputs that vanish must not be read any more. */
    public GraphEditor replace(Node node, Node... replacements) {
        int at = indexOf(node);
        nodes.remove(at);
        nodes.addAll(at, List.of(replacements));
        for (Node replacement : replacements) {
            taken.addAll(replacement.outputs());
        }
        return this;
    }

    /**
     * Puts the nodes of graphs into the place of the nodes that hold them: of bodies that are known
     * to run once, or of functions that are called.
     *
     * @param inside by node of this graph, each one of {@link InnerGraph#of} that node
     */
    public GraphEditor inline(Map<Node, InnerGraph> inside) {
        List<Node> expanded = new ArrayList<>();
        for (Node node : nodes) {
            InnerGraph body = inside.get(node);
            expanded.addAll(body == null ? List.of(node) : new Inliner(this, node, body).nodes());
        }
        nodes.clear();
        nodes.addAll(expanded);
        return this;
    }

    /**
     * Removes a node; its outputs must not be read any more when {@link #build()} is called.
     *
     * @throws IllegalArgumentException where this editor holds no such node
     */
    public GraphEditor remove(Node node) {
        nodes.remove(indexOf(node));
        return this;
    }

    /** Removes all of {@code removed}, told apart by identity; faster than one by one. */
    public GraphEditor removeAll(Collection<Node> removed) {
        Set<Node> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        gone.addAll(removed);
        nodes.removeIf(gone::contains);
        return this;
    }

    private int indexOf(Node node) {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i) == node) {
                return i;
            }
        }
        int at = nodes.indexOf(node);
        if (at < 0) {
            throw new IllegalArgumentException("no such node in this graph: " + node.label());
        }
        return at;
    }

    /** Replaces every node by what {@code change} makes of it. */
    public GraphEditor mapNodes(UnaryOperator<Node> change) {
        nodes.replaceAll(change);
        return this;
    }

    /**
     * Lets every node that reads {@code value} read {@code replacement}; graph outputs keep theirs.
     */
    public GraphEditor replaceUses(String value, String replacement) {
        if (original.isCaptured(value)) {
            throw new IllegalArgumentException("a sub-graph reads '" + value + "' by name");
        }
        return mapNodes(
                node ->
                        node.inputs().contains(value)
                                ? node.withInputs(
                                        node.inputs().stream()
                                                .map(i -> i.equals(value) ? replacement : i)
                                                .toList())
                                : node);
    }

    /** Adds a constant under a fresh name made from {@code hint}, and returns that name. */
    public String addInitializer(String hint, Tensor tensor) {
        String name = freshName(hint);
        initializers.put(name, Initializer.of(name, tensor));
        return name;
    }

    /** Makes {@code value} itself a constant; the node that made it has to be removed. */
    public GraphEditor define(String value, Tensor tensor) {
        initializers.put(value, Initializer.of(value, tensor));
        retyped.add(value);
        return this;
    }

    /** Gives an initializer other data; its shape may differ. */
    public GraphEditor setInitializer(String name, Tensor tensor) {
        Initializer old = initializers.get(name);
        if (old == null) {
            throw new IllegalArgumentException("no initializer '" + name + "'");
        }
        initializers.put(name, old.withTensor(tensor));
        return this;
    }

    public GraphEditor removeInitializer(String name) {
        initializers.remove(name);
        return this;
    }

    /** Lets no initializer be a graph input any more, so that no caller can replace it. */
    public GraphEditor closeInputs() {
        inputsClosed = true;
        return this;
    }

    /** Drops the types declared for intermediate values: shapes changed somewhere upstream. */
    public GraphEditor forgetTypes() {
        original.valueInfos().forEach(value -> retyped.add(value.name()));
        return this;
    }

    /** Declares the type of an intermediate value, instead of what the file said. */
    public GraphEditor declare(String value, TensorType type) {
        declared.put(value, Value.of(value, type));
        return this;
    }

    /** Removes nodes and initializers that no output depends on. */
    public GraphEditor removeUnused() {
        new Reachability(original, nodes, initializers).removeUnused();
        return this;
    }

    /**
     * The edited graph, checked and sorted.
     *
     * @throws IllegalStateException where a value is read but not made, made twice, or depends on
     *     itself: a mistake of the pass that made the edit
     */
    public Graph build() {
        Set<String> made = new HashSet<>(initializers.keySet());
        // An input that had a constant as its default goes with the constant.
        original.inputs().stream()
                .map(Value::name)
                .filter(name -> !original.initializers().containsKey(name))
                .forEach(made::add);
        List<Node> sorted = new TopologicalSort(original, nodes, made).sort();
        List<Value> inputs =
                original.inputs().stream()
                        .map(
                                value -> {
                                    Initializer constant = initializers.get(value.name());
                                    return constant == null
                                            ? value
                                            : value.withType(constant.tensor().type());
                                })
                        .filter(
                                value ->
                                        initializers.containsKey(value.name()) && !inputsClosed
                                                || !original.initializers()
                                                        .containsKey(value.name()))
                        .toList();
        Set<String> existing = new HashSet<>(made);
        sorted.forEach(node -> existing.addAll(node.outputs()));
        List<Value> valueInfos = new ArrayList<>();
        for (Value value : original.valueInfos()) {
            if (existing.contains(value.name())
                    && !retyped.contains(value.name())
                    && !declared.containsKey(value.name())) {
                valueInfos.add(value);
            }
        }
        declared.values().stream()
                .filter(v -> existing.contains(v.name()))
                .forEach(valueInfos::add);
        return new Graph(
                original.name(),
                inputs,
                original.outputs(),
                valueInfos,
                List.copyOf(initializers.values()),
                sorted,
                original.extras());
    }
}
