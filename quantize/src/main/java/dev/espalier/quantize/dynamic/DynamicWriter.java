package dev.espalier.quantize.dynamic;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.BiasSecond;
import dev.espalier.quantize.linear.LinearLayer;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes linear layers in the shape that ONNX Runtime fuses: the scale of the activation is the
 * first factor, the product in integers the first of the last Mul, and a bias the second summand.
 */
final class DynamicWriter {
    /** Keeps the product of an activation's and a weight's scale a normal float. */
    private static final float LEAST_SCALE = 1e-18f;

    private final Model model;
    private final GraphEditor editor;
    private final boolean perChannel;
    private final int greatest;
    private final Map<String, Bytes> inputs = new HashMap<>();
    private final Map<String, Weight> weights = new HashMap<>();

    /** An activation as bytes, by the names of its three parts. */
    private record Bytes(String bytes, String scale, String zeroPoint) {}

    /** A weight as bytes [K, N] and its scale [N] or []. */
    private record Weight(String bytes, String scale) {}

    /**
     * @param greatest the largest number a weight is written as: 127, or 63 for 7 bits
     */
    DynamicWriter(Model model, boolean perChannel, int greatest) {
        this.model = model;
        this.editor = new GraphEditor(model.graph());
        this.perChannel = perChannel;
        this.greatest = greatest;
    }

    Model write(List<LinearLayer> layers) {
        layers.forEach(this::write);
        return model.withGraph(editor.removeUnused().closeInputs().build());
    }

    private void write(LinearLayer layer) {
        Bytes x = inputs.computeIfAbsent(layer.input(), this::quantize);
        Weight w = weights.computeIfAbsent(layer.weightKey(), key -> weight(layer));
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
                        List.of(x.bytes, w.bytes, x.zeroPoint),
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
            BiasSecond.put(model.graph(), y, editor);
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
        float[] columns = layer.columns();
        int k = layer.k();
        int n = layer.n();
        float[] scales = scales(columns, k, n);
        byte[] bytes = new byte[columns.length];
        for (int column = 0; column < n; column++) {
            float scale = scales[perChannel ? column : 0];
            for (int row = 0; row < k; row++) {
                double q = Math.rint(columns[column * k + row] / scale);
                bytes[row * n + column] = (byte) Math.max(-greatest, Math.min(greatest, q));
            }
        }
        String hint = layer.weightName();
        return new Weight(
                editor.addInitializer(
                        hint + "_quantized",
                        Tensor.of(DataType.INT8, Shape.of(k, n), ByteBuffer.wrap(bytes))),
                editor.addInitializer(
                        hint + "_scale",
                        perChannel
                                ? Tensor.ofFloats(Shape.of(n), scales)
                                : Tensor.scalar(scales[0])));
    }

    private float[] scales(float[] columns, int k, int n) {
        float[] scales = new float[perChannel ? n : 1];
        for (int i = 0; i < columns.length; i++) {
            int c = perChannel ? i / k : 0;
            scales[c] = Math.max(scales[c], Math.abs(columns[i]));
        }
        for (int c = 0; c < scales.length; c++) {
            scales[c] = Math.max(scales[c] / greatest, LEAST_SCALE);
        }
        return scales;
    }
}
