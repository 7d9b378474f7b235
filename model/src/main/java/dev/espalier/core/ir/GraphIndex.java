package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who makes and who reads each value of one graph. */
record GraphIndex(
        Map<String, Node> producers,
        Map<String, List<Node>> consumers,
        Set<String> outputNames,
        Set<String> captured) {

    static GraphIndex of(Graph graph) {
        Map<String, Node> producers = new HashMap<>();
        Map<String, List<Node>> consumers = new HashMap<>();
        Set<String> captured = new HashSet<>();
        for (Node node : graph.nodes()) {
            node.outputs().forEach(output -> producers.put(output, node));
            node.attributes().graphs().forEach(body -> captured.addAll(freeNames(body)));
            node.reads()
                    .forEach(
                            read ->
                                    consumers
                                            .computeIfAbsent(read, k -> new ArrayList<>())
                                            .add(node));
        }
        Set<String> outputs = new HashSet<>();
        graph.outputs().forEach(output -> outputs.add(output.name()));
        producers.remove("");
        return new GraphIndex(producers, consumers, outputs, captured);
    }

    /** Names that {@code body} reads and does not define: they belong to the graphs around it. */
    static Set<String> freeNames(Graph body) {
        Set<String> defined = new HashSet<>(body.initializers().keySet());
        body.inputs().forEach(input -> defined.add(input.name()));
        Set<String> free = new LinkedHashSet<>();
        for (Node node : body.nodes()) {
            node.inputs().stream().filter(name -> !defined.contains(name)).forEach(free::add);
            for (Graph inner : node.attributes().graphs()) {
                freeNames(inner).stream()
                        .filter(name -> !defined.contains(name))
                        .forEach(free::add);
            }
            defined.addAll(node.outputs());
        }
        body.outputs().stream()
                .map(Value::name)
                .filter(name -> !defined.contains(name))
                .forEach(free::add);
        free.remove("");
        return free;
    }
}
