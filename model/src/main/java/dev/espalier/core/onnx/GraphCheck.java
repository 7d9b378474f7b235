package dev.espalier.core.onnx;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Holds a main graph or the body of a function to what {@link Graph} promises: every later step
 * relies on it.
 */
final class GraphCheck {
    private GraphCheck() {}

    /** {@code graph}, with its nodes sorted where they were not. */
    static Graph check(Graph graph, Source source) {
        distinct(graph.inputs(), "inputs", source);
        distinct(graph.outputs(), "outputs", source);
        for (Node node : graph.nodes()) {
            if (node.opType().isEmpty()) {
                throw source.damaged("node '" + node.name() + "' names no operator");
            }
        }
        try {
            Graph checked = new GraphEditor(graph).build();
            return checked.nodes().equals(graph.nodes()) ? graph : checked;
        } catch (IllegalStateException e) {
            throw source.damaged(e.getMessage());
        }
    }

    private static void distinct(List<Value> values, String what, Source source) {
        Set<String> names = new HashSet<>();
        for (Value value : values) {
            if (value.name().isEmpty() || !names.add(value.name())) {
                throw source.damaged(
                        value.name().isEmpty()
                                ? "one of the " + what + " has no name"
                                : "two " + what + " are called '" + value.name() + "'");
            }
        }
    }
}
