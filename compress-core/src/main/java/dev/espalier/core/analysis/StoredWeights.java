package dev.espalier.core.analysis;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the numbers that a file stores for a value: behind changes of type, and behind those that
 * only move elements or add zeros, such as the spreading of a weight over folded pixels.
 */
public final class StoredWeights {
    /** Operators whose first input holds the numbers, and what else they read does not. */
    private static final Set<String> FORWARDING =
            Set.of(
                    "Cast",
                    "DequantizeLinear",
                    "Identity",
                    "Pad",
                    "QuantizeLinear",
                    "Reshape",
                    "Squeeze",
                    "Transpose",
                    "Unsqueeze");

    private StoredWeights() {}

    /**
     * The constants that {@code value} is made of, each once, in the order in which they are read;
     * itself where it is one, none where anything else takes part.
     */
    public static List<String> behind(Graph graph, String value) {
        List<String> found = new ArrayList<>();
        return collect(graph, value, found) ? found : List.of();
    }

    private static boolean collect(Graph graph, String value, List<String> found) {
        if (graph.constant(value).isPresent()) {
            if (!found.contains(value)) {
                found.add(value);
            }
            return true;
        }
        Optional<Node> producer = graph.producer(value).filter(Node::isStandard);
        if (producer.isEmpty()) {
            return false;
        }
        Node node = producer.get();
        if (node.is("Concat")) {
            return node.inputs().stream().allMatch(part -> collect(graph, part, found));
        }
        return FORWARDING.contains(node.opType()) && collect(graph, node.input(0), found);
    }
}
