package dev.espalier.core.analysis;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the numbers that a file stores for a value: behind changes of type, and behind those that
 * only move elements or add zeros, such as the spreading of a weight over folded pixels.
 */
public final class StoredWeights {
    private StoredWeights() {}

    /**
     * The constants that {@code value} is made of, each once, in the order in which they are read;
     * itself where it is one, none where anything else takes part.
     */
    public static List<String> behind(Graph graph, String value) {
        Set<String> found = new LinkedHashSet<>();
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(value));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (!seen.add(next)) {
                continue;
            }
            if (graph.constant(next).isPresent()) {
                found.add(next);
                continue;
            }
            List<String> sources = sources(graph.producer(next));
            if (sources.isEmpty()) {
                return List.of();
            }
            // The first one is to come out first.
            for (int i = sources.size() - 1; i >= 0; i--) {
                open.push(sources.get(i));
            }
        }
        return List.copyOf(found);
    }

    /** The values that hold the numbers of what {@code producer} makes; none where it computes. */
    private static List<String> sources(Optional<Node> producer) {
        Node node = producer.orElse(null);
        if (node == null || node.inputs().isEmpty()) {
            return List.of();
        }
        if (Operators.has(node, Trait.JOINS)) {
            return node.inputs();
        }
        return Operators.hasAny(node, Trait.REARRANGES, Trait.RETYPES)
                ? List.of(node.input(0))
                : List.of();
    }
}
