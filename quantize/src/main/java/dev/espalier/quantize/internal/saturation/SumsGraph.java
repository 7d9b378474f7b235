package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Writes a model's integer layers as what they are made of, with their exact 32-bit sums as values
 * on the way, from which other sums may go on:
 *
 * <pre>
 *   QLinearConv(x, .., w, .., y_s, y_zp, b)
 *     sums = ConvInteger(x, w + 128, x_zp, 128)              unsigned bytes, which no CPU saturates
 *     y = clip(round((sums' + b) * (x_s * w_s / y_s)) + y_zp)
 * </pre>
 *
 * <p>A layer that gives floats, or its sums, is written likewise.
 */
public final class SumsGraph {
    private static final int CENTRE = 128;
    private static final int LARGEST_RANK = 4;

    private final Graph graph;
    private final GraphEditor editor;
    private final ConstantValues constants;
    private final List<CutSums> cuts = new ArrayList<>();

    private SumsGraph(Model model, ModelRunner runner) {
        this.graph = model.graph();
        this.editor = new GraphEditor(graph);
        this.constants = new ConstantValues(model, runner);
    }

    /**
     * A model written so. As it is, it goes on from its exact sums: none saturates on any CPU.
     *
     * @param cuts of the layers, in the graph's order
     * @param whole labels of those that should have been written so and stayed as they are
     */
    public record Written(Model model, List<CutSums> cuts, List<String> whole) {}

    /**
     * @param every whether layers are written so that cannot saturate, too
     */
    public static Written of(Model model, boolean every, ModelRunner runner) {
        SumsGraph sums = new SumsGraph(model, runner);
        List<String> whole = new ArrayList<>();
        for (Node node : model.graph().nodes()) {
            if (!MultipliedWeights.isIntegerLayer(node, model.graph())) {
                continue;
            }
            List<MultipliedWeights> weights =
                    MultipliedWeights.of(node, model.graph(), sums.constants).weights();
            boolean wanted =
                    every && !weights.isEmpty()
                            || weights.stream().anyMatch(w -> w.saturating().size() > 0);
            if (wanted && (weights.size() > 1 || !sums.cut(weights.get(0)))) {
                whole.add(node.label());
            }
        }
        return new Written(
                model.withGraph(sums.editor.build()), List.copyOf(sums.cuts), List.copyOf(whole));
    }

    private boolean cut(MultipliedWeights weights) {
        Node node = weights.node();
        boolean isImage = !weights.isConv() || weights.weight().shape().rank() <= LARGEST_RANK;
        boolean isMatrix = weights.isConv() || weights.weight().shape().rank() == 2;
        boolean isPlain =
                node.attributes().real("alpha", 1) == 1
                        && node.attributes().integer("transA", 0) == 0
                        && node.attributes().integer("channels_last", 0) == 0;
        Optional<LayerParts> parts =
                isImage && isMatrix && isPlain ? LayerParts.of(node, graph) : Optional.empty();
        boolean known =
                parts.isPresent()
                        && parts.get().scales().stream()
                                .allMatch(name -> constants.find(name).isPresent());
        return known && write(weights, parts.get());
    }

    private boolean write(MultipliedWeights weights, LayerParts parts) {
        Node node = weights.node();
        boolean signed = isSigned(parts);
        Optional<Float> zero =
                parts.inputZero().isEmpty() ? Optional.of(0f) : constants.scalar(parts.inputZero());
        if (weights.isConv() && zero.isEmpty()) {
            return false;
        }
        editor.remove(node);
        graph.producer(parts.output())
                .filter(n -> n.is("QuantizeLinear"))
                .ifPresent(editor::remove);
        String bytes = signed ? unsigned(parts.bytes()) : parts.bytes();
        String zeroPoint =
                zero.isPresent()
                        ? constant(DataType.UINT8, zero.get().longValue() + (signed ? CENTRE : 0))
                        : parts.inputZero();
        long[] shifted = Arrays.stream(weights.weight().toLongs()).map(w -> w + CENTRE).toArray();
        String weight =
                editor.addInitializer(
                        "weight",
                        Tensor.ofIntegers(DataType.UINT8, weights.weight().shape(), shifted));
        String sums =
                added(
                        weights.isConv() ? "ConvInteger" : "MatMulInteger",
                        weights.isConv() ? node.attributes() : Attributes.NONE,
                        bytes,
                        weight,
                        zeroPoint,
                        constant(DataType.UINT8, CENTRE));
        String changed = added("Identity", Attributes.NONE, sums);
        cuts.add(
                new CutSums(
                        weights,
                        bytes,
                        zero.map(Float::intValue).orElse(0) + (signed ? CENTRE : 0),
                        sums,
                        changed));
        new SumsTail(editor, constants, weights)
                .write(
                        changed,
                        List.of(parts.inputScale(), parts.weightScale(), parts.bias()),
                        List.of(parts.outputScale(), parts.outputZero()),
                        parts.output());
        return true;
    }

    private boolean isSigned(LayerParts parts) {
        return !parts.inputZero().isEmpty()
                && constants
                        .find(parts.inputZero())
                        .filter(zero -> zero.dataType() == DataType.INT8)
                        .isPresent();
    }

    /** Signed bytes as unsigned ones, as the runtime turns them on x86 CPUs. */
    private String unsigned(String signed) {
        String wide = added("Cast", to(DataType.INT32), signed);
        String shifted = added("Add", Attributes.NONE, wide, constant(DataType.INT32, CENTRE));
        return added("Cast", to(DataType.UINT8), shifted);
    }

    private static Attributes to(DataType type) {
        return Attributes.NONE.with("to", type.id());
    }

    private String constant(DataType type, long value) {
        return editor.addInitializer("constant", Tensor.ofIntegers(type, Shape.SCALAR, value));
    }

    private String added(String operator, Attributes attributes, String... inputs) {
        String output = editor.freshName("sums_" + operator);
        editor.add(Node.of("", operator, List.of(inputs), List.of(output), attributes));
        return output;
    }
}
