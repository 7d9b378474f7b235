package dev.espalier.quantize.internal.weights;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.linear.LinearLayer;
import dev.espalier.quantize.option.WeightType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes linear layers as MatMulNBits, and an Add where a Gemm has a bias; tables of embeddings as
 * GatherBlockQuantized.
 */
public final class BlockWriter {
    private static final String DOMAIN = "com.microsoft";

    private final Model model;
    private final GraphEditor editor;
    private final WeightType type;
    private final boolean symmetric;
    private final int accuracyLevel;
    private final Map<String, List<String>> stored = new HashMap<>();
    private long before;
    private long after;

    public BlockWriter(Model model, WeightType type, boolean symmetric, int accuracyLevel) {
        this.model = model;
        this.editor = new GraphEditor(model.graph());
        this.type = type;
        this.symmetric = symmetric;
        this.accuracyLevel = accuracyLevel;
    }

    /**
     * @param weights by {@link LinearLayer#weightKey}
     * @param tables of embeddings
     */
    public Model write(
            List<LinearLayer> layers,
            Map<String, BlockWeight> weights,
            Map<Embedding, BlockWeight> tables) {
        layers.forEach(layer -> write(layer, weights.get(layer.weightKey())));
        tables.forEach(this::write);
        Model changed = model.withGraph(editor.removeUnused().closeInputs().build());
        return changed.opsets().containsKey(DOMAIN) ? changed : changed.withOpset(DOMAIN, 1);
    }

    /** Bytes of the weights now, scales and zero points included, for one byte before. */
    public double share() {
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
                        "",
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

    private void write(Embedding embedding, BlockWeight weight) {
        Node gather = embedding.node();
        List<String> names =
                stored.computeIfAbsent(embedding.tableName(), key -> store(embedding, weight));
        List<String> inputs = new ArrayList<>(List.of(names.get(0), gather.input(1)));
        inputs.addAll(names.subList(1, names.size()));
        Attributes attributes =
                Attributes.NONE
                        .with("gather_axis", 0)
                        .with("quantize_axis", 1)
                        .with("bits", type.bits())
                        .with("block_size", weight.size());
        editor.replace(
                gather,
                new Node(
                        gather.name(),
                        DOMAIN,
                        "GatherBlockQuantized",
                        "",
                        inputs,
                        gather.outputs(),
                        attributes,
                        Opaque.NONE));
    }

    /** Names of codes, scales and, where each block has its own, zero points. */
    private List<String> store(LinearLayer layer, BlockWeight weight) {
        before += layer.weight().byteSize();
        return store(layer.weightName(), weight.codes(), weight);
    }

    /** The same, its codes [V, K * bits / 8]. */
    private List<String> store(Embedding embedding, BlockWeight weight) {
        before += embedding.table().byteSize();
        Tensor codes = weight.codes();
        Shape shape = Shape.of(codes.shape().size(0), codes.byteSize() / codes.shape().size(0));
        return store(embedding.tableName(), codes.reshape(shape), weight);
    }

    private List<String> store(String hint, Tensor codes, BlockWeight weight) {
        List<String> names = new ArrayList<>();
        names.add(store(hint + "_codes", codes));
        names.add(store(hint + "_scales", weight.scales()));
        if (!symmetric) {
            names.add(store(hint + "_zero_points", weight.zeroPoints()));
        }
        return names;
    }

    private String store(String hint, Tensor tensor) {
        after += tensor.byteSize();
        return editor.addInitializer(hint, tensor);
    }
}
