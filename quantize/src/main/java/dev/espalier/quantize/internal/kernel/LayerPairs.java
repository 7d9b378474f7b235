package dev.espalier.quantize.internal.kernel;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.quantize.internal.grid.WeightPairs;
import java.util.Arrays;

/**
 * Which weights of a float layer are going to be multiplied side by side once {@code quantize} has
 * written it, so that what rounds weights before it can round them to a grid that lasts.
 */
public final class LayerPairs {
    private LayerPairs() {}

    /**
     * @param node Conv, Gemm or MatMul
     * @param foldings what pays on the machine at hand; with pairs and without is looked at anyway
     * @return positions in its weight as the model has it, of all forms that the layer may be
     *     written in; none where it is going to stay float
     */
    public static WeightPairs of(
            Node node, Graph graph, ShapeInference inference, Foldings foldings) {
        return WeightedLayer.of(node, graph, inference)
                .layer()
                .map(layer -> of(layer, inference.shape(node.input(0)), foldings))
                .orElse(WeightPairs.NONE);
    }

    private static WeightPairs of(WeightedLayer layer, Shape x, Foldings foldings) {
        WeightPairs one = written(layer, x, foldings.withPairs(false));
        return PixelFolding.of(layer, x, foldings.withPairs(true))
                .map(folding -> one.and(folding.pairs()))
                .orElse(one);
    }

    private static WeightPairs written(WeightedLayer layer, Shape x, Foldings foldings) {
        return PixelFolding.of(layer, x, foldings)
                .map(PixelFolding::pairs)
                .orElseGet(() -> padded(layer, ChannelPadding.of(layer)));
    }

    /** The pairs of the layer with more input channels, of those that it has already. */
    private static WeightPairs padded(WeightedLayer layer, int channels) {
        if (channels == 0) {
            return layer.pairs();
        }
        WeightedLayer wide = layer.withMoreInputs(channels);
        int old = filter(layer);
        int now = filter(wide);
        int[] origins = new int[Math.toIntExact(wide.weight().elementCount())];
        Arrays.setAll(origins, i -> i % now < old ? i / now * old + i % now : -1);
        return wide.pairs().through(origins);
    }

    private static int filter(WeightedLayer layer) {
        Shape shape = layer.weight().shape();
        return Math.toIntExact(shape.elementCount() / shape.size(0));
    }
}
