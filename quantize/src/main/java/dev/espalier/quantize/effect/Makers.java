package dev.espalier.quantize.effect;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import java.util.Optional;
import java.util.Set;

/** Names the layer that a value is of: what weighs or combines, not what is done to its result. */
final class Makers {
    /** Operators that change nothing but order, or one number at a time. */
    private static final Set<String> FOLLOWING =
            Set.of(
                    "BatchNormalization",
                    "Cast",
                    "Clip",
                    "Flatten",
                    "Identity",
                    "LeakyRelu",
                    "MaxPool",
                    "Pad",
                    "Relu",
                    "Reshape",
                    "Slice",
                    "Split",
                    "Squeeze",
                    "Transpose",
                    "Unsqueeze");

    private final Graph graph;
    private final Set<String> known;

    /**
     * @param known values whose own noise is known, so that what makes them makes no other
     */
    Makers(Graph graph, Set<String> known) {
        this.graph = graph;
        this.known = known;
    }

    /** The node that makes {@code value}; empty for inputs. */
    Optional<Node> of(String value) {
        Node node = graph.producer(value).orElse(null);
        while (node != null) {
            Optional<String> input = followed(node);
            Node earlier = input.flatMap(graph::producer).orElse(null);
            if (earlier == null || known.contains(input.get())) {
                return Optional.of(node);
            }
            node = earlier;
        }
        return Optional.empty();
    }

    /** What {@code node} is applied to, where it weighs and combines nothing. */
    private Optional<String> followed(Node node) {
        if (node.isStandard() && FOLLOWING.contains(node.opType())) {
            return Optional.of(node.input(0));
        }
        if (node.is("Add")) {
            // A bias belongs to the layer before.
            for (int i = 0; i < 2; i++) {
                boolean isLayer =
                        graph.producer(node.input(i)).filter(p -> p.is("MatMul")).isPresent();
                if (isLayer && graph.constant(node.input(1 - i)).isPresent()) {
                    return Optional.of(node.input(i));
                }
            }
        }
        return Optional.empty();
    }
}
