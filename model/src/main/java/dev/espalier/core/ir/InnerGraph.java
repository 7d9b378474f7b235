package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A graph inside one node of another: a body of If, Loop or Scan, which may read the values around
 * the node by name, or that of the {@link Function} that the node calls, which sees nothing but the
 * call's inputs and attributes.
 *
 * @param place the attribute that holds the graph, or the function's identity
 * @param graph as it is to be computed: of a function with the attributes of this call
 * @param function that the node calls; empty for a body
 */
public record InnerGraph(String place, Graph graph, Optional<Function> function) {
    /** What {@code node}, of any graph of {@code model}, holds: bodies first, then a function's. */
    public static List<InnerGraph> of(Model model, Node node) {
        List<InnerGraph> found = new ArrayList<>();
        node.attributes()
                .asMap()
                .forEach(
                        (name, value) -> {
                            for (Graph body : Attributes.NONE.with(name, value).graphs()) {
                                found.add(new InnerGraph(name, body, Optional.empty()));
                            }
                        });
        Optional<Function> callee = model.callee(node);
        callee.ifPresent(
                called ->
                        found.add(
                                new InnerGraph(
                                        called.id().toString(), called.bodyFor(node), callee)));
        return found;
    }

    /** How messages tell where it is: {@code then_branch of If 'y'}. */
    public String in(Node holder) {
        return function.isPresent() ? holder.label() : place + " of " + holder.label();
    }
}
