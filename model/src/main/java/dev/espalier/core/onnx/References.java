package dev.espalier.core.onnx;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import java.util.function.Predicate;

/** Holds the attribute references in a graph to the attributes that there are to refer to. */
final class References {
    private References() {}

    /**
     * @param declared the attributes of the function around {@code graph}; none are in a main graph
     */
    static void check(Graph graph, Predicate<String> declared, Source source) {
        for (Graph each : graph.withSubGraphs()) {
            for (Node node : each.nodes()) {
                for (Attribute attribute : node.attributes().asMap().values()) {
                    if (attribute instanceof Attribute.Reference reference
                            && !declared.test(reference.name())) {
                        throw source.damaged(
                                "%s refers to an attribute '%s' of the function around it, and there is none"
                                        .formatted(node.label(), reference.name()));
                    }
                }
            }
        }
    }
}
