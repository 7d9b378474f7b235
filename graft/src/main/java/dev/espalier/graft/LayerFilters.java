package dev.espalier.graft;

import dev.espalier.core.analysis.FilterNorms;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The filters of one convolution: what grafting is decided on. A filter is called invalid where the
 * L1 norm of its weights is below a threshold: it hardly takes part in what the layer computes.
 *
 * @param layer label of the node
 * @param weight name of its weight
 * @param norms L1 norm of each filter, as the weights are in the file: behind a batch norm that is
 *     kept its scale does not count, where it was folded it does
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
            if (isConvolution(node) && seen.add(node.input(1))) {
                graph.constant(node.input(1))
                        .filter(weight -> weight.dataType().isFloating())
                        .filter(weight -> weight.shape().rank() > 1)
                        .ifPresent(weight -> layers.add(of(node, weight)));
            }
        }
        return layers;
    }

    static boolean isConvolution(Node node) {
        return node.is("Conv") || node.is("ConvTranspose");
    }

    private static LayerFilters of(Node node, Tensor weight) {
        // A transposed convolution's weight is [C, M / group, ..]: its filters lie along axis 1.
        double[] norms = FilterNorms.l1(weight, node.is("Conv") ? 0 : 1);
        return new LayerFilters(
                node.label(),
                node.input(1),
                Arrays.stream(norms).boxed().toList(),
                Entropy.of(weight.toFloats(), BINS));
    }

    /** How many filters have a norm below {@code threshold}. */
    public int invalid(double threshold) {
        return (int) norms.stream().filter(norm -> norm < threshold).count();
    }
}
