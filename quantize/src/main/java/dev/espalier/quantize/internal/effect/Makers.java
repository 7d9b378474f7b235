package dev.espalier.quantize.internal.effect;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.Optional;
import java.util.Set;

/** Names the layer that a value is of: what weighs or combines, not what is done to its result. */
final class Makers {
    /** What changes nothing but order, or one number at a time. */
    private static final Trait[] FOLLOWED = {
        Trait.REARRANGES, Trait.SELECTS, Trait.RETYPES, Trait.PIECEWISE_LINEAR
    };

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
        if (Operators.hasAny(node, FOLLOWED)) {
            return Optional.of(node.input(0));
        }
        if (node.is("Add")) {
            // A bias belongs to the layer before.
            for (int i = 0; i < 2; i++) {
                boolean isLayer =
                        graph.producer(node.input(i))
                                .flatMap(Operators::weights)
                                .filter(form -> !form.takesBias())
                                .isPresent();
                if (isLayer && graph.constant(node.input(1 - i)).isPresent()) {
                    return Optional.of(node.input(i));
                }
            }
        }
        return Optional.empty();
    }
}
