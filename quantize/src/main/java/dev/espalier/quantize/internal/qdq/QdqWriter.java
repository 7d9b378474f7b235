package dev.espalier.quantize.internal.qdq;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.upgrade.OpsetUpgrade;
import dev.espalier.quantize.internal.grid.GreatestWeights;
import dev.espalier.quantize.internal.grid.Grid;
import dev.espalier.quantize.internal.grid.Histogram;
import dev.espalier.quantize.internal.kernel.ChannelPadding;
import dev.espalier.quantize.internal.kernel.Foldings;
import dev.espalier.quantize.internal.kernel.PixelFolding;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import dev.espalier.quantize.internal.placement.Placement;
import dev.espalier.quantize.option.Integers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a {@link Placement} into a graph, with QuantizeLinear (Q) and DequantizeLinear (DQ):
 *
 * <pre>
 *   x -> Conv(w, b) -> Relu -> y
 *   x_q -> DQ -> Conv(DQ(s8), DQ(s32)) -> t1 -> Q -> y_q [-> DQ -> y]
 * </pre>
 *
 * <p>Every value keeps its name as a float, so that float nodes and graph outputs read on as they
 * did. Nodes that only move bytes are written between Q and DQ, where no runtime has to find out
 * that they may be.
 */
public final class QdqWriter {
    private final Model model;
    private final Placement placement;
    private final Map<String, Grid> grids;
    private final Foldings foldings;
    private final GraphEditor editor;
    private final AddedValues added;
    private final LayerWriter layers;
    private final Map<String, String> bytesNames = new HashMap<>();
    private final Map<String, String> numberNames = new HashMap<>();
    private final Map<String, String> paddedNames = new HashMap<>();
    private final Map<String, String> foldedNames = new HashMap<>();

    /**
     * @param grids by group
     * @param integers with packed weights only if {@code model} can be brought to an operator set
     *     with integers of 4 bits
     * @param foldings of pixels, see {@link PixelFolding}
     */
    public QdqWriter(
            Model model,
            Placement placement,
            Map<String, Grid> grids,
            Integers integers,
            Foldings foldings) {
        this.model = model;
        this.placement = placement;
        this.grids = grids;
        this.foldings = foldings;
        this.editor = new GraphEditor(model.graph());
        this.added = new AddedValues(editor, integers.activations().isSigned());
        this.layers = new LayerWriter(added, integers);
    }

    public Model write() {
        for (String value : placement.bytes()) {
            bytesNames.put(value, added.name(value, "_q"));
            if (placement.isCopy(value)) {
                writeCopy(value);
            }
        }
        for (Node node : model.graph().nodes()) {
            if (placement.isAbsorbed(node)) {
                editor.remove(node);
            } else if (placement.movesBytes(node)) {
                writeMoving(node);
            } else if (placement.kernel(node).isPresent()) {
                writeComputing(node);
            } else if (placement.measures(node)) {
                editor.replace(node, node.withInput(0, bytesNames.get(node.input(0))));
            }
        }
        Model written = model.withGraph(editor.removeUnused().build());
        return layers.hasPacked() ? OpsetUpgrade.toFourBits(written) : written;
    }

    /** How great the 8-bit weights became that were written. */
    public GreatestWeights greatest() {
        return layers.greatest();
    }

    private void writeCopy(String value) {
        quantize(value, value);
        if (placement.isComputedWith(value)) {
            String number = added.name(value, "_dq");
            numberNames.put(value, number);
            dequantize(value, number);
        }
    }

    private void writeMoving(Node node) {
        Node moved = node;
        int data = Operators.has(node, Trait.JOINS) ? node.inputs().size() : 1;
        for (int i = 0; i < data; i++) {
            moved = moved.withInput(i, bytesNames.get(node.input(i)));
        }
        if (node.is("Pad") && node.attributes().string("mode", "constant").equals("constant")) {
            moved = moved.withInput(2, added.zeroPoint(grid(node.input(0))));
        }
        List<String> outputs = new ArrayList<>();
        for (String output : node.outputs()) {
            String written = placement.written(output);
            outputs.add(output.isEmpty() ? "" : bytesNames.get(written));
        }
        editor.replace(node, moved.withOutputs(outputs));
        node.outputs().forEach(this::dequantizeWhereRead);
    }

    private void dequantizeWhereRead(String output) {
        String written = placement.written(output);
        if (!output.isEmpty() && placement.isReadAsNumber(written)) {
            dequantize(written, written);
        }
    }

    private void writeComputing(Node node) {
        Optional<WeightedLayer> layer = placement.layer(node);
        Optional<PixelFolding> folding =
                layer.flatMap(l -> PixelFolding.of(l, placement.shape(node.input(0)), foldings))
                        .filter(f -> placement.isBytes(node.output(0)));
        Node computed =
                folding.map(this::folded)
                        .or(() -> layer.map(this::padded))
                        .orElseGet(
                                () ->
                                        node.withInputs(
                                                node.inputs().stream().map(this::number).toList()));
        String output = node.output(0);
        if (!placement.isBytes(output)) {
            editor.replace(node, computed);
            return;
        }
        String written = placement.written(output);
        String raw = added.number();
        editor.replace(node, computed.withOutputs(List.of(raw)));
        if (folding.isPresent()) {
            String bytes = added.number();
            quantize(raw, written, bytes);
            reshapeRows(bytes, folding.get().unfoldedOutput(), bytesNames.get(written));
        } else {
            quantize(raw, written);
        }
        dequantizeWhereRead(output);
    }

    /** The name under which a node computed in integers reads {@code value}. */
    private String number(String value) {
        return placement
                .constant(value)
                .map(tensor -> operand(value, tensor))
                .orElseGet(() -> numberNames.getOrDefault(value, value));
    }

    /** A constant operand of Add or Mul, on the finest grid that holds it. */
    private String operand(String value, Tensor tensor) {
        Histogram seen = new Histogram();
        seen.add(tensor.toFloats());
        Grid grid = Grid.over(seen.minMax());
        float[] values = tensor.toFloats();
        int[] bytes = new int[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = grid.quantize(values[i]);
        }
        return added.node(
                "DequantizeLinear",
                Attributes.NONE,
                List.of(
                        added.constant(value, "_q", added.bytes(tensor.shape(), bytes)),
                        added.constant(value, "_s", Tensor.scalar(grid.scale())),
                        added.zeroPoint(grid)),
                added.name(value, "_dq"));
    }

    /** The layer with as many input channels as the runtime likes. */
    private Node padded(WeightedLayer layer) {
        int padding = ChannelPadding.of(layer);
        String value = layer.node().input(0);
        String input = padding == 0 ? number(value) : padded(value, padding);
        return layers.write(layer.withMoreInputs(padding), input(value, input));
    }

    private Node folded(PixelFolding folding) {
        String value = folding.layer().node().input(0);
        String number =
                folding.inputs() == 1
                        ? number(value)
                        : foldedNames.computeIfAbsent(value, v -> writeFolded(v, folding));
        return layers.write(folding, input(value, number));
    }

    private LayerWriter.Input input(String value, String number) {
        return new LayerWriter.Input(number, grid(value).scale(), scale(value));
    }

    private String writeFolded(String value, PixelFolding folding) {
        String bytes = added.number();
        reshapeRows(bytesNames.get(value), folding.foldedInput(), bytes);
        return dequantized(bytes, value);
    }

    /** Writes bytes [N, C, H, W] as [N, C', H, W'] that lie alike with the channels last. */
    private void reshapeRows(String from, Tensor target, String to) {
        String last = added.node("Transpose", axes(0, 2, 3, 1), from);
        String shape = added.constant("row_shape", target);
        String reshaped = added.node("Reshape", Attributes.NONE, last, shape);
        added.node("Transpose", axes(0, 3, 1, 2), List.of(reshaped), to);
    }

    private static Attributes axes(long... permutation) {
        return Attributes.NONE.with("perm", permutation);
    }

    /** The number {@code value}, with more channels of zeros. */
    private String padded(String value, int channels) {
        return paddedNames.computeIfAbsent(
                value + "/" + channels,
                key -> {
                    String pads = added.constant("pads_" + channels, ChannelPadding.pads(channels));
                    String bytes =
                            added.node(
                                    "Pad",
                                    Attributes.NONE,
                                    bytesNames.get(value),
                                    pads,
                                    added.zeroPoint(grid(value)));
                    return dequantized(bytes, value);
                });
    }

    /** The number that {@code bytes} stand for on the grid of {@code value}. */
    private String dequantized(String bytes, String value) {
        return added.node(
                "DequantizeLinear",
                Attributes.NONE,
                bytes,
                scale(value),
                added.zeroPoint(grid(value)));
    }

    private void quantize(String raw, String value) {
        quantize(raw, value, bytesNames.get(value));
    }

    private void quantize(String raw, String value, String output) {
        convert("QuantizeLinear", raw, value, output);
    }

    private void dequantize(String value, String number) {
        convert("DequantizeLinear", bytesNames.get(value), value, number);
    }

    private void convert(String operator, String from, String value, String to) {
        added.node(
                operator,
                Attributes.NONE,
                List.of(from, scale(value), added.zeroPoint(grid(value))),
                to);
    }

    private Grid grid(String value) {
        return grids.get(placement.grouping().of(value));
    }

    private String scale(String value) {
        String group = placement.grouping().of(value);
        return added.constant(group, "_s", Tensor.scalar(grid(value).scale()));
    }
}
