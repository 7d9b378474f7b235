package dev.espalier.core.ir;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds what the outputs of a graph depend on. */
final class Reachability {
    private final Graph graph;
    private final List<Node> nodes;
    private final Map<String, Initializer> initializers;

    Reachability(Graph graph, List<Node> nodes, Map<String, Initializer> initializers) {
        this.graph = graph;
        this.nodes = nodes;
        this.initializers = initializers;
    }

    /** Removes from both collections what no graph output depends on. */
    void removeUnused() {
        Map<String, Node> producers = new HashMap<>();
        nodes.forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
        Set<String> needed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        graph.outputs().forEach(output -> open.add(output.name()));
        Set<Node> kept = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
        while (!open.isEmpty()) {
            String value = open.poll();
            if (!needed.add(value)) {
                continue;
            }
            Node producer = producers.get(value);
            if (producer != null && kept.add(producer)) {
                open.addAll(producer.reads());
            }
        }
        nodes.removeIf(node -> !kept.contains(node));
        initializers.keySet().retainAll(needed);
    }
}
