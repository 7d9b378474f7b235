package dev.espalier.quantize;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Writes a {@link Placement} into a graph, with QuantizeLinear (Q) and DequantizeLinear (DQ):
 *
 * <pre>
 *   x -> Conv(w, b) -> Relu -> y
 *   x_quantized -> DQ -> Conv(DQ(s8), DQ(s32)) -> y_raw -> Q -> y_quantized [-> DQ -> y]
 * </pre>
 *
 * <p>Every value keeps its name as a float, so that float nodes and graph outputs read on as they
 * did. Nodes that only move bytes are written between Q and DQ, where no runtime has to find out
 * that they may be.
 */
final class QdqWriter {
    /**
     * Nodes that only convert have no name: their output's says it, and each would be twice there.
     */
    static final String UNNAMED = "";

    private final Model model;
    private final Placement placement;
    private final Map<String, Grid> grids;
    private final boolean perChannel;
    private final GraphEditor editor;
    private final Map<String, String> bytesNames = new HashMap<>();
    private final Map<String, String> numberNames = new HashMap<>();
    private final Map<String, String> paddedNames = new HashMap<>();
    private final Map<String, String> foldedNames = new HashMap<>();
    private final Map<Object, String> constants = new HashMap<>();

    /**
     * @param grids by group
     * @param perChannel whether weights have a scale for each output channel
     */
    QdqWriter(Model model, Placement placement, Map<String, Grid> grids, boolean perChannel) {
        this.model = model;
        this.placement = placement;
        this.grids = grids;
        this.perChannel = perChannel;
        this.editor = new GraphEditor(model.graph());
    }

    Model write() {
        for (String value : placement.bytes()) {
            bytesNames.put(value, editor.freshName(value + "_quantized"));
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
        return model.withGraph(editor.removeUnused().build());
    }

    private void writeCopy(String value) {
        quantize(value, value);
        if (placement.isComputedWith(value)) {
            String number = editor.freshName(value + "_dequantized");
            numberNames.put(value, number);
            dequantize(value, number);
        }
    }

    private void writeMoving(Node node) {
        Node moved = node;
        int data = node.is("Concat") ? node.inputs().size() : 1;
        for (int i = 0; i < data; i++) {
            moved = moved.withInput(i, bytesNames.get(node.input(i)));
        }
        if (node.is("Pad") && node.attributes().string("mode", "constant").equals("constant")) {
            moved = moved.withInput(2, zeroPoint(grid(node.input(0))));
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
                layer.flatMap(l -> PixelFolding.of(l, placement.shape(node.input(0))))
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
        String raw = editor.freshName(written + "_raw");
        editor.replace(node, computed.withOutputs(List.of(raw)));
        if (folding.isPresent()) {
            String bytes = editor.freshName(written + "_folded");
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
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (float x : values) {
            bytes.put((byte) grid.quantize(x));
        }
        Tensor quantized = Tensor.of(DataType.UINT8, tensor.shape(), bytes.flip());
        return dequantized(
                value,
                List.of(
                        initializer(value + "_quantized", quantized),
                        initializer(value + "_scale", Tensor.scalar(grid.scale())),
                        zeroPoint(grid)),
                Attributes.NONE);
    }

    /** The layer with as many input channels as the runtime likes. */
    private Node padded(WeightedLayer layer) {
        int padding = ChannelPadding.of(layer);
        String value = layer.node().input(0);
        return padding == 0
                ? weighted(layer, layer.weight(), number(value))
                : weighted(
                        layer,
                        ChannelPadding.widened(layer.weight(), padding),
                        padded(value, padding));
    }

    private Node folded(PixelFolding folding) {
        String value = folding.layer().node().input(0);
        String number =
                folding.inputs() == 1
                        ? number(value)
                        : foldedNames.computeIfAbsent(value, v -> writeFolded(v, folding));
        Tensor unfolded = folding.unfolded();
        return weighted(
                folding.layer(),
                folding.layer().weight(),
                number,
                (name, grid) ->
                        new SpreadWeight(folding, editor, this::initializer)
                                .write(
                                        initializer(
                                                name,
                                                grid.first(unfolded.shape()).quantize(unfolded))));
    }

    private String writeFolded(String value, PixelFolding folding) {
        String bytes = editor.freshName(value + "_folded");
        reshapeRows(bytesNames.get(value), folding.foldedInput(), bytes);
        return dequantized(
                value + "_folded",
                List.of(bytes, scale(value), zeroPoint(grid(value))),
                Attributes.NONE);
    }

    /** Writes bytes [N, C, H, W] as [N, C', H, W'] that lie alike with the channels last. */
    private void reshapeRows(String from, Tensor target, String to) {
        String last = editor.freshName(to + "_last");
        String reshaped = editor.freshName(to + "_reshaped");
        String shape = initializer("row_shape", target);
        editor.add(transposed(from, last, 0, 2, 3, 1));
        editor.add(
                Node.of(
                        UNNAMED,
                        "Reshape",
                        List.of(last, shape),
                        List.of(reshaped),
                        Attributes.NONE));
        editor.add(transposed(reshaped, to, 0, 3, 1, 2));
    }

    private static Node transposed(String from, String to, long... axes) {
        return Node.of(
                UNNAMED,
                "Transpose",
                List.of(from),
                List.of(to),
                Attributes.NONE.with("perm", axes));
    }

    /**
     * @param weight of the layer, or with zeros added
     * @param input name of the number to read
     */
    private Node weighted(WeightedLayer layer, Tensor weight, String input) {
        return weighted(
                layer, weight, input, (name, grid) -> initializer(name, grid.quantize(weight)));
    }

    /**
     * @param bytes writes the weight's bytes, given a name for them and the weight's grid, and
     *     returns their name
     */
    private Node weighted(
            WeightedLayer layer,
            Tensor weight,
            String input,
            BiFunction<String, WeightGrid, String> bytes) {
        Node node = layer.node();
        float inputScale = grid(node.input(0)).scale();
        WeightGrid weights =
                perChannel && layer.axis() >= 0
                        ? WeightGrid.perChannel(weight, layer.axis())
                        : WeightGrid.perTensor(weight);
        if (layer.hasBias()) {
            weights = weights.wideEnoughFor(layer.bias().toFloats(), inputScale);
        }
        List<String> inputs = new ArrayList<>();
        inputs.add(input);
        String name = node.input(1);
        inputs.add(
                dequantized(
                        name,
                        List.of(
                                bytes.apply(name + "_quantized", weights),
                                initializer(name + "_scale", weights.scales()),
                                weightZeroPoint(weights.scales().shape())),
                        alongAxis(weights, weights.axis())));
        if (layer.hasBias()) {
            String bias = node.input(2);
            Tensor quantized = weights.quantizeBias(layer.bias().toFloats(), inputScale);
            inputs.add(
                    dequantized(
                            bias,
                            List.of(
                                    initializer(bias + "_quantized", quantized),
                                    initializer(bias + "_scale", weights.biasScales(inputScale))),
                            alongAxis(weights, 0)));
        }
        // The factors are in weight and bias now.
        return node.withInputs(inputs)
                .withAttributes(node.attributes().without("alpha").without("beta"));
    }

    /** The number {@code value}, with more channels of zeros. */
    private String padded(String value, int channels) {
        return paddedNames.computeIfAbsent(
                value + "/" + channels,
                key -> {
                    String bytes = editor.freshName(value + "_padded");
                    String pads = initializer("pads_" + channels, ChannelPadding.pads(channels));
                    String zero = zeroPoint(grid(value));
                    editor.add(
                            Node.of(
                                    UNNAMED,
                                    "Pad",
                                    List.of(bytesNames.get(value), pads, zero),
                                    List.of(bytes),
                                    Attributes.NONE));
                    return dequantized(
                            value + "_padded", List.of(bytes, scale(value), zero), Attributes.NONE);
                });
    }

    private static Attributes alongAxis(WeightGrid weights, int axis) {
        return weights.isPerChannel() ? Attributes.NONE.with("axis", axis) : Attributes.NONE;
    }

    private String dequantized(String name, List<String> inputs, Attributes attributes) {
        String output = editor.freshName(name + "_dequantized");
        editor.add(Node.of(UNNAMED, "DequantizeLinear", inputs, List.of(output), attributes));
        return output;
    }

    private void quantize(String raw, String value) {
        quantize(raw, value, bytesNames.get(value));
    }

    private void quantize(String raw, String value, String output) {
        editor.add(
                Node.of(
                        UNNAMED,
                        "QuantizeLinear",
                        List.of(raw, scale(value), zeroPoint(grid(value))),
                        List.of(output),
                        Attributes.NONE));
    }

    private void dequantize(String value, String number) {
        editor.add(
                Node.of(
                        UNNAMED,
                        "DequantizeLinear",
                        List.of(bytesNames.get(value), scale(value), zeroPoint(grid(value))),
                        List.of(number),
                        Attributes.NONE));
    }

    private Grid grid(String value) {
        return grids.get(placement.grouping().of(value));
    }

    private String scale(String value) {
        String group = placement.grouping().of(value);
        return initializer(group + "_scale", Tensor.scalar(grid(value).scale()));
    }

    /** Zero points are few; equal ones share a constant. */
    private String zeroPoint(Grid grid) {
        byte[] one = {(byte) grid.zeroPoint()};
        return initializer(
                "zero_point_" + grid.zeroPoint(),
                Tensor.of(DataType.UINT8, Shape.SCALAR, ByteBuffer.wrap(one)));
    }

    /** Always zero, but ONNX Runtime leaves a Gemm float whose weight has none. */
    private String weightZeroPoint(Shape shape) {
        int count = Math.toIntExact(shape.elementCount());
        return initializer(
                shape.rank() == 0 ? "zero_point_s8" : "zero_point_s8_" + count,
                Tensor.of(DataType.INT8, shape, ByteBuffer.allocate(count)));
    }

    /** A constant that nodes asking for the same name and content share. */
    private String initializer(String hint, Tensor tensor) {
        Map.Entry<String, Tensor> key = Map.entry(hint, tensor);
        String known = constants.get(key);
        if (known == null) {
            known = editor.addInitializer(hint, tensor);
            constants.put(key, known);
        }
        return known;
    }
}
