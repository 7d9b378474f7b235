package dev.espalier.graft;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Grafts one network's tensors onto another's, layer by layer:
 *
 * <pre>
 *   W_own = alpha W_own + (1 - alpha) W_donor         alpha by the two layers' information
 * </pre>
 *
 * <p>Every layer with weights of its own has its own share, a projection on a shortcut and the last
 * linear layer too; a bias and a batch norm, its running statistics included, take the share of the
 * layer before them. The authors' code gives a share of their own only to tensors whose name has
 * "conv" in it, so that others inherit one that has nothing to do with them.
 *
 * <p>Whole layers are blended, since filters of one layer are made for each other. See Meng et al.,
 * Filter Grafting for Deep Neural Networks, 2020, section 3.
 */
final class LayerwiseBlend implements Blend {
    private static final int MATRIX = 2;

    private final Graph graph;
    private final BlendSettings settings;

    LayerwiseBlend(Graph graph, BlendSettings settings) {
        this.graph = graph;
        this.settings = settings;
    }

    /** Whether a value is the float32 weight of a layer. */
    static boolean isWeight(Graph graph, String value) {
        return graph.initializers().containsKey(value)
                && graph.initializers().get(value).tensor().dataType() == DataType.FLOAT
                && graph.initializers().get(value).tensor().shape().rank() >= MATRIX;
    }

    /** The share of its own that each tensor keeps, by initializer, in the order of the graph. */
    Map<String, Double> shares(Map<String, Tensor> own, Map<String, Tensor> donor) {
        Map<String, Double> shares = new LinkedHashMap<>();
        double last = settings.shareOfEquals();
        for (Node node : graph.nodes()) {
            for (String input : node.inputs()) {
                Tensor tensor = own.get(input);
                if (tensor == null || shares.containsKey(input) || !donor.containsKey(input)) {
                    continue;
                }
                if (tensor.shape().rank() >= MATRIX) {
                    last = settings.share(tensor.toFloats(), donor.get(input).toFloats());
                }
                shares.put(input, last);
            }
        }
        return shares;
    }

    @Override
    public Map<String, Kept> kept(Map<String, Tensor> own, Map<String, Tensor> donor) {
        Map<String, Kept> kept = new LinkedHashMap<>();
        shares(own, donor).forEach((name, share) -> kept.put(name, Kept.everywhere(share)));
        return kept;
    }
}
