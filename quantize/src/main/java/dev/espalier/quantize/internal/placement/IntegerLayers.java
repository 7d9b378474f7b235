package dev.espalier.quantize.internal.placement;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.layer.InnerLayer;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import dev.espalier.quantize.option.KeepFloat;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The layers of a network that can be computed in integers.
 *
 * @param graph of the network
 * @param inference of the network
 * @param layers by their nodes, in the graph's order
 * @param excluded nodes that {@link KeepFloat} names
 * @param weighted how many layers the network has: those that stay float included, and those in
 *     sub-graphs and functions
 */
public record IntegerLayers(
        Graph graph,
        ShapeInference inference,
        Map<Node, WeightedLayer> layers,
        Set<Node> excluded,
        int weighted) {
    public IntegerLayers {
        layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
        excluded = Set.copyOf(excluded);
    }

    /**
     * Finds them; {@code context} is told which layers stay float and why.
     *
     * @throws InvalidOptionException where {@code keepFloat} names a node that is not there
     */
    public static IntegerLayers of(Model model, KeepFloat keepFloat, PassContext context) {
        Graph graph = model.graph();
        ShapeInference inference = ShapeInference.of(model);
        Set<Node> excluded = named(graph, keepFloat);
        Set<Node> ends = LayerEnds.of(graph, keepFloat.ends());
        Map<Node, WeightedLayer> layers = new LinkedHashMap<>();
        int weighted = 0;
        for (Node node : graph.nodes()) {
            if (!Layer.isWeighted(node)) {
                continue;
            }
            weighted++;
            WeightedLayer.Finding finding = WeightedLayer.of(node, graph, inference);
            String refusal = finding.refusal();
            if (excluded.contains(node)) {
                refusal = "it is listed under 'keep-float'";
            } else if (finding.layer().isPresent() && ends.contains(node)) {
                refusal =
                        "it is at an end of the model, and 'keep-float' says ends: "
                                + keepFloat.ends().name().toLowerCase(Locale.ROOT);
            }
            if (refusal.isEmpty()) {
                layers.put(node, finding.layer().orElseThrow());
            } else {
                context.skipped(node.label(), "stays float: " + refusal);
            }
        }
        for (InnerLayer inner : InnerLayer.of(model)) {
            weighted++;
            context.skipped(inner.where(), "stays float: " + inner.reason());
        }
        return new IntegerLayers(graph, inference, layers, excluded, weighted);
    }

    private static Set<Node> named(Graph graph, KeepFloat keepFloat) {
        Set<String> left = new TreeSet<>(keepFloat.nodes());
        Set<Node> nodes = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (keepFloat.nodes().contains(node.name()) && !node.name().isEmpty()) {
                nodes.add(node);
                left.remove(node.name());
            }
        }
        if (!left.isEmpty()) {
            throw new InvalidOptionException(
                    "quantize: keep-float names the nodes "
                            + left
                            + ", but the model has none such; 'inspect' lists the names");
        }
        return nodes;
    }

    /** Where integers begin and end when {@code floats} stay float, too. */
    public Placement without(Set<Node> floats) {
        Map<Node, WeightedLayer> chosen = new LinkedHashMap<>(layers);
        chosen.keySet().removeAll(floats);
        Set<Node> left = new HashSet<>(excluded);
        left.addAll(floats);
        return Planner.plan(graph, inference, chosen, left);
    }
}
