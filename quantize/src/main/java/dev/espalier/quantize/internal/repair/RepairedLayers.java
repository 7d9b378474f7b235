package dev.espalier.quantize.internal.repair;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.layer.RowOrder;
import dev.espalier.quantize.internal.grid.PairedWeights;
import dev.espalier.quantize.internal.kernel.Foldings;
import dev.espalier.quantize.internal.kernel.Kernel;
import dev.espalier.quantize.internal.kernel.LayerPairs;

/** The layers whose weights can be repaired: those that can be computed in integers later on. */
public final class RepairedLayers {
    private RepairedLayers() {}

    /** What {@code node}, a {@linkplain Layer#isWeighted weighted} one, computes. */
    public static Layer.Finding find(Node node, ShapeInference types) {
        if (!Kernel.weighs(node)) {
            return Layer.Finding.refused("only Conv, Gemm and MatMul are taken");
        }
        Layer.Finding found = Layer.find(node, types::constant);
        if (found.layer().filter(Layer::isBatched).isPresent()) {
            return Layer.Finding.refused(
                    "its weight has the shape " + found.layer().get().weight().shape());
        }
        return found.layer().filter(layer -> layer.form().transposesInput()).isPresent()
                ? Layer.Finding.refused("its input is transposed")
                : found;
    }

    /**
     * For each row of W the weights that {@code quantize} is going to have multiplied in pairs.
     *
     * @param model in which the layer is
     * @param foldings what pays on the machine at hand
     */
    public static PairedWeights[] pairs(Layer layer, Model model, Foldings foldings) {
        RowOrder order = layer.order();
        return PairedWeights.of(
                layer.weight().toFloats(),
                LayerPairs.of(layer.node(), model.graph(), ShapeInference.of(model), foldings),
                order.rows(),
                order::row);
    }
}
