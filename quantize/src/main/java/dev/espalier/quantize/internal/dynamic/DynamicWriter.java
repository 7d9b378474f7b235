package dev.espalier.quantize.internal.dynamic;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.GreatestWeights;
import dev.espalier.quantize.internal.grid.WeightGrid;
import dev.espalier.quantize.internal.grid.WeightPairs;
import dev.espalier.quantize.internal.linear.LinearLayer;
import dev.espalier.quantize.internal.prepare.BiasSecond;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes linear layers in the shape that ONNX Runtime fuses: the scale of the activation is the
 * first factor, the product in integers the first of the last Mul, and a bias the second summand.
 */
public final class DynamicWriter {
    private final Graph graph;
    private final Model written;
    private final GraphEditor editor;
    private final boolean perChannel;
    private final boolean isExact;
    private final GreatestWeights greatest = new GreatestWeights();
    private final Map<String, Bytes> inputs = new HashMap<>();
    private final Map<String, Weight> weights = new HashMap<>();

    /** An activation as bytes, by the names of its three parts. */
    private record Bytes(String bytes, String scale, String zeroPoint) {}

    /** A weight as bytes [K, N] and its scale [N] or []. */
    private record Weight(String bytes, String scale) {}

    /**
     * Writes {@code layers}.
     *
     * @param layers of {@code model}
     * @param isExact whether sums are exact on all CPUs that count, so that weights may be as great
     *     as they like
     */
    public DynamicWriter(
            Model model, List<LinearLayer> layers, boolean perChannel, boolean isExact) {
        this.editor = new GraphEditor(model.graph());
        this.perChannel = perChannel;
        this.isExact = isExact;
        this.graph = model.graph();
        layers.forEach(this::write);
        this.written = model.withGraph(editor.removeUnused().closeInputs().build());
    }

    /** The model with integers. */
    public Model written() {
        return written;
    }

    /** How great the weights became that were written. */
    public GreatestWeights greatest() {
        return greatest;
    }

    private void write(LinearLayer layer) {
        Bytes x = inputs.computeIfAbsent(layer.input(), this::quantize);
        Weight w =
                weights.containsKey(layer.weightKey())
                        ? another(weights.get(layer.weightKey()))
                        : weight(layer);
        weights.putIfAbsent(layer.weightKey(), w);
        String y = layer.output();
        String sum = editor.freshName(y + "_integer");
        String cast = editor.freshName(y + "_unscaled");
        String scale = editor.freshName(y + "_scale");
        String product = layer.hasBias() ? editor.freshName(y + "_product") : y;
        String name = layer.node().name();
        Node multiply =
                Node.of(
                        name,
                        "MatMulInteger",
                        List.of(x.bytes, w.bytes, x.zeroPoint, zeroPoint(layer)),
                        List.of(sum),
                        Attributes.NONE);
        Attributes toFloat = Attributes.NONE.with("to", DataType.FLOAT.id());
        editor.replace(layer.node(), multiply)
                .add(Node.of("", "Cast", List.of(sum), List.of(cast), toFloat))
                .add(node("Mul", scale, x.scale, w.scale))
                .add(node("Mul", product, cast, scale));
        if (layer.hasBias()) {
            editor.add(node("Add", y, product, bias(layer)));
        } else {
            BiasSecond.put(graph, y, editor);
        }
    }

    private Node node(String operator, String output, String first, String second) {
        return Node.of(
                editor.freshName(output + "_" + operator),
                operator,
                List.of(first, second),
                List.of(output),
                Attributes.NONE);
    }

    private String bias(LinearLayer layer) {
        return layer.scaledBias() == null
                ? layer.bias()
                : editor.addInitializer(layer.bias() + "_scaled", layer.scaledBias());
    }

    private Bytes quantize(String value) {
        Bytes bytes =
                new Bytes(
                        editor.freshName(value + "_quantized"),
                        editor.freshName(value + "_scale"),
                        editor.freshName(value + "_zero_point"));
        editor.add(
                Node.of(
                        editor.freshName(value + "_QuantizeLinear"),
                        "DynamicQuantizeLinear",
                        List.of(value),
                        List.of(bytes.bytes, bytes.scale, bytes.zeroPoint),
                        Attributes.NONE));
        return bytes;
    }

    private Weight weight(LinearLayer layer) {
        int k = layer.k();
        int n = layer.n();
        Tensor columns = Tensor.ofFloats(Shape.of(n, k), layer.columns());
        WeightPairs pairs = isExact ? WeightPairs.NONE : WeightPairs.ofRows(columns.shape());
        WeightGrid grid = WeightGrid.of(columns, perChannel ? 0 : -1, pairs);
        Tensor quantized = grid.quantize(columns);
        long[] turned = quantized.toLongs();
        ByteBuffer bytes = ByteBuffer.allocate(turned.length);
        for (int row = 0; row < k; row++) {
            for (int column = 0; column < n; column++) {
                bytes.put((byte) turned[column * k + row]);
            }
        }
        greatest.add(grid.greatest(quantized));
        String hint = layer.weightName();
        return new Weight(
                editor.addInitializer(
                        hint + "_quantized",
                        Tensor.of(DataType.INT8, Shape.of(k, n), bytes.flip())),
                editor.addInitializer(hint + "_scale", grid.scales()));
    }

    /**
     * Zero in any case, but one for each layer: under its option {@code session.x64quantprecision}
     * ONNX Runtime 1.29 ends the process where there is none, and fails where two layers share one.
     */
    private String zeroPoint(LinearLayer layer) {
        return editor.addInitializer(
                layer.weightName() + "_zero_point",
                Tensor.ofIntegers(DataType.INT8, Shape.SCALAR, 0));
    }

    /**
     * The weight for one more layer: a constant of another name, which a runtime makes when it
     * loads the model, since ONNX Runtime's option {@code session.x64quantprecision} fails where
     * two layers read one.
     */
    private Weight another(Weight weight) {
        String bytes = editor.freshName(weight.bytes);
        editor.add(
                Node.of(
                        editor.freshName(bytes + "_Concat"),
                        "Concat",
                        List.of(weight.bytes),
                        List.of(bytes),
                        Attributes.NONE.with("axis", 0)));
        return new Weight(bytes, weight.scale);
    }
}
