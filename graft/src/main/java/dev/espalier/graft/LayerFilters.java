package dev.espalier.graft;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.layer.FilterNorms;
import dev.espalier.core.layer.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The filters of one convolution: what grafting is decided on. A filter is called invalid where the
 * L1 norm of its weights, as they act, is below a threshold: it hardly takes part in what the layer
 * computes.
 *
 * @param layer label of the node
 * @param weight name of its weight
 * @param norms L1 norm of each filter with the scale of a batch norm right behind it, whether that
 *     is folded or not; see {@link FilterNorms#effective}
 * @param entropy of all weights of the layer in nats; see Meng et al., Filter Grafting, 2020,
 *     equation 6
 */
public record LayerFilters(String layer, String weight, List<Double> norms, double entropy) {
    /** Bins of the histogram that the entropy is of. */
    public static final int BINS = 10;

    public LayerFilters {
        norms = List.copyOf(norms);
    }

    /**
     * The convolutions of {@code model} whose weights are constant, each weight once, in the order
     * of the graph.
     */
    public static List<LayerFilters> of(Model model) {
        Graph graph = model.graph();
        List<LayerFilters> layers = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Node node : graph.nodes()) {
            Layer.of(node, graph::constant)
                    .filter(layer -> layer.form().isConvolution() && seen.add(weight(layer)))
                    .ifPresent(layer -> layers.add(of(layer, graph)));
        }
        return layers;
    }

    private static String weight(Layer layer) {
        return layer.node().input(layer.form().input());
    }

    private static LayerFilters of(Layer layer, Graph graph) {
        double[] norms = FilterNorms.effective(layer, graph, graph::constant);
        return new LayerFilters(
                layer.node().label(),
                weight(layer),
                Arrays.stream(norms).boxed().toList(),
                Entropy.of(layer.weight().toFloats(), BINS));
    }

    /** How many filters have a norm below {@code threshold}. */
    public int invalid(double threshold) {
        return (int) norms.stream().filter(norm -> norm < threshold).count();
    }
}
