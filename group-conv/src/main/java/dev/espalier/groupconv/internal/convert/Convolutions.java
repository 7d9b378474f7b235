package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The convolutions of a graph: how they are called, and which of them can be cut into groups. */
public final class Convolutions {
    private Convolutions() {}

    /** All of them, in the order of the graph. */
    public static List<Node> of(Graph graph) {
        return graph.nodes().stream().filter(Convolutions::is).toList();
    }

    static boolean is(Node node) {
        return node.is("Conv");
    }

    /** How a layer is called outside: by its name, or its first output where it has none. */
    public static String key(Node node) {
        return node.name().isEmpty() ? node.output(0) : node.name();
    }

    /**
     * The one Conv of that name.
     *
     * @throws IllegalArgumentException where there is none or more than one
     */
    static Node find(Graph graph, String key) {
        List<Node> found = of(graph).stream().filter(n -> key(n).equals(key)).toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    "%s Convs are called '%s', expected one".formatted(found.size(), key));
        }
        return found.get(0);
    }

    static int groups(Node conv) {
        return Math.toIntExact(Operators.weights(conv).orElseThrow().groups());
    }

    /** Why the weight of {@code conv} cannot be replaced; empty where it can. */
    static Optional<String> weightRefusal(Graph graph, Node conv) {
        String weight = conv.input(1);
        if (!graph.initializers().containsKey(weight)) {
            return Optional.of("its weight '" + weight + "' is computed, not stored");
        }
        List<Node> readers = graph.consumers(weight);
        if (readers.size() > 1 || Collections.frequency(conv.inputs(), weight) > 1) {
            List<String> labels = readers.stream().map(Node::label).toList();
            return Optional.of(
                    "its weight '%s' is shared by %s"
                            .formatted(weight, String.join(" and ", labels)));
        }
        if (graph.isOutput(weight) || graph.isCaptured(weight)) {
            return Optional.of("its weight '" + weight + "' is read outside of the layer too");
        }
        Tensor stored = graph.initializers().get(weight).tensor();
        if (!stored.dataType().isFloating()) {
            return Optional.of("its weight '" + weight + "' does not hold reals");
        }
        return Arrays.stream(stored.toDoubles()).allMatch(Double::isFinite)
                ? Optional.empty()
                : Optional.of("its weight '" + weight + "' has values that are not finite");
    }

    /** Why a Conv cannot be cut into groups; empty where it can. */
    static Optional<String> refusal(Graph graph, Node conv) {
        if (groups(conv) > 1) {
            return Optional.of("it has " + groups(conv) + " groups already");
        }
        return weightRefusal(graph, conv);
    }
}
