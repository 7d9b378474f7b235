package dev.espalier.core.pass;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The operators that saturate and make a graph output, maybe through others that change no number.
 * A probability of 1 is 1 for a score of 30 and for one of 3000, so that such an output hides what
 * went wrong before it.
 */
final class Saturation {
    private Saturation() {}

    /** Nodes such as Sigmoid and Softmax of which {@code output} is made, in a fixed order. */
    static List<Node> behind(Graph graph, String output) {
        List<Node> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Deque<String> next = new ArrayDeque<>(List.of(output));
        while (!next.isEmpty()) {
            String value = next.pop();
            Node node = graph.producer(value).orElse(null);
            if (node == null || !seen.add(value)) {
                continue;
            }
            if (Operators.has(node, Trait.SATURATES)) {
                // What a caller feeds or a constant holds is the same in both models.
                if (graph.producer(node.input(0)).isPresent()) {
                    found.add(node);
                }
            } else if (Operators.has(node, Trait.JOINS)) {
                node.inputs().forEach(next::add);
            } else if (Operators.hasAny(node, Trait.REARRANGES, Trait.RETYPES)) {
                next.add(node.input(0));
            }
        }
        return found;
    }
}
