package dev.espalier.quantize.internal.placement;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Value;
import dev.espalier.core.layer.Layer;
import dev.espalier.quantize.option.KeepFloat;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the layers at the ends of a model: with no other layer between them and its inputs or
 * outputs.
 */
public final class LayerEnds {
    private LayerEnds() {}

    public static Set<Node> of(Graph graph, KeepFloat.Ends ends) {
        Set<Node> found = new HashSet<>();
        if (ends == KeepFloat.Ends.FIRST || ends == KeepFloat.Ends.BOTH) {
            found.addAll(first(graph));
        }
        if (ends == KeepFloat.Ends.LAST || ends == KeepFloat.Ends.BOTH) {
            found.addAll(last(graph));
        }
        return found;
    }

    private static Set<Node> first(Graph graph) {
        Set<String> before = new HashSet<>();
        graph.feeds().stream().map(Value::name).forEach(before::add);
        Set<Node> found = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (node.inputs().stream().noneMatch(before::contains)) {
                continue;
            }
            if (Layer.isWeighted(node)) {
                found.add(node);
            } else {
                before.addAll(node.outputs());
            }
        }
        return found;
    }

    private static Set<Node> last(Graph graph) {
        Set<String> behind = new HashSet<>();
        graph.outputs().stream().map(Value::name).forEach(behind::add);
        Set<Node> found = new HashSet<>();
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.outputs().stream().noneMatch(behind::contains)) {
                continue;
            }
            if (Layer.isWeighted(node)) {
                found.add(node);
            } else {
                behind.addAll(node.reads());
            }
        }
        return found;
    }
}
