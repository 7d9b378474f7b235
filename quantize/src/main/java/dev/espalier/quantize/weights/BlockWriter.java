package dev.espalier.quantize.weights;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.linear.LinearLayer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes linear layers as MatMulNBits, and an Add where a Gemm has a bias. */
final class BlockWriter {
    private static final String DOMAIN = "com.microsoft";

    private final Model model;
    private final GraphEditor editor;
    private final WeightType type;
    private final boolean symmetric;
    private final int accuracyLevel;
    private final Map<String, List<String>> stored = new HashMap<>();
    private long before;
    private long after;

    BlockWriter(Model model, WeightType type, boolean symmetric, int accuracyLevel) {
        this.model = model;
        this.editor = new GraphEditor(model.graph());
        this.type = type;
        this.symmetric = symmetric;
        this.accuracyLevel = accuracyLevel;
    }

    /**
     * @param weights by {@link LinearLayer#weightKey}
     */
    Model write(List<LinearLayer> layers, Map<String, BlockWeight> weights) {
        layers.forEach(layer -> write(layer, weights.get(layer.weightKey())));
        Model changed = model.withGraph(editor.removeUnused().build());
        return changed.opsets().containsKey(DOMAIN) ? changed : changed.withOpset(DOMAIN, 1);
    }

    /** Bytes of the weights now, scales and zero points included, for one byte before. */
    double share() {
        return (double) after / before;
    }

    private void write(LinearLayer layer, BlockWeight weight) {
        List<String> inputs = new ArrayList<>(List.of(layer.input()));
        inputs.addAll(stored.computeIfAbsent(layer.weightKey(), key -> store(layer, weight)));
        String y = layer.output();
        String product = layer.hasBias() ? editor.freshName(y + "_product") : y;
        Attributes attributes =
                Attributes.NONE
                        .with("K", layer.k())
                        .with("N", layer.n())
                        .with("bits", type.bits())
                        .with("block_size", weight.size())
                        .with("accuracy_level", accuracyLevel);
        editor.replace(
                layer.node(),
                new Node(
                        layer.node().name(),
                        DOMAIN,
                        "MatMulNBits",
                        inputs,
                        List.of(product),
                        attributes,
                        Opaque.NONE));
        if (layer.hasBias()) {
            String bias =
                    layer.scaledBias() == null
                            ? layer.bias()
                            : editor.addInitializer(layer.bias() + "_scaled", layer.scaledBias());
            editor.add(
                    Node.of(
                            editor.freshName(y + "_Add"),
                            "Add",
                            List.of(product, bias),
                            List.of(y),
                            Attributes.NONE));
        }
    }

    /** Names of codes, scales and, where each block has its own, zero points. */
    private List<String> store(LinearLayer layer, BlockWeight weight) {
        before += layer.weight().byteSize();
        List<String> names = new ArrayList<>();
        names.add(store(layer.weightName() + "_codes", weight.codes()));
        names.add(store(layer.weightName() + "_scales", weight.scales()));
        if (!symmetric) {
            names.add(store(layer.weightName() + "_zero_points", weight.zeroPoints()));
        }
        return names;
    }

    private String store(String hint, Tensor tensor) {
        after += tensor.byteSize();
        return editor.addInitializer(hint, tensor);
    }
}
