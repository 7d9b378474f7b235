package dev.espalier.core.layer;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.InnerGraph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer with weights that is no node of a model's main graph: it is in the graph of an If, Loop
 * or Scan, or in the body of a function. Passes that change layers of the main graph only tell
 * their user which these are.
 *
 * @param node the layer
 * @param where its label, and those of the nodes around it, from the inside out
 * @param reason half a sentence: why what goes over the main graph does not come here
 */
public record InnerLayer(Node node, String where, String reason) {
    /**
     * All of them, in the order in which they are written. A function's are there once for each
     * call.
     */
    public static List<InnerLayer> of(Model model) {
        List<InnerLayer> found = new ArrayList<>();
        for (Node node : model.graph().nodes()) {
            new Walk(model, found).inside(node, "");
        }
        return found;
    }

    /**
     * The reader bounds what calls stand for, so that this ends soon.
     *
     * @param found grows
     */
    private record Walk(Model model, List<InnerLayer> found) {
        /**
         * @param around what stands behind the label of a node beside this one
         */
        void inside(Node node, String around) {
            for (InnerGraph graph : InnerGraph.of(model, node)) {
                layers(graph.graph(), " in " + graph.in(node) + around, reason(graph, node));
            }
        }

        private static String reason(InnerGraph graph, Node holder) {
            return graph.function()
                    .map(
                            function ->
                                    "it is in the function '%s', of which calls are taken as a whole; a model exported without functions has it in its graph"
                                            .formatted(function.id()))
                    .orElseGet(() -> "it is in a graph of " + holder.label());
        }

        private void layers(Graph body, String around, String reason) {
            for (Node node : body.nodes()) {
                if (Layer.isWeighted(node)) {
                    found.add(new InnerLayer(node, node.label() + around, reason));
                }
                inside(node, around);
            }
        }
    }
}
