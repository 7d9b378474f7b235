package dev.espalier.quantize.internal.smooth;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.linear.LinearLayer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Layers that read one value, and the constants that its scale is folded into.
 *
 * @param folds constants that make the value; empty where a Mul is to be inserted
 */
public record SmoothingGroup(String input, List<LinearLayer> layers, List<Fold> folds) {
    /**
     * A constant with one entry for each channel of the value.
     *
     * @param axis of the channels in {@code tensor}; all others broadcast or belong to one channel
     */
    record Fold(String constant, Tensor tensor, int axis) {}

    public int k() {
        return layers.get(0).k();
    }

    /** {@code max|W_j|} over the weights of all layers. */
    public float[] weightMaxima() {
        float[] maxima = new float[k()];
        for (LinearLayer layer : layers) {
            float[] columns = layer.columns();
            for (int i = 0; i < columns.length; i++) {
                int j = i % maxima.length;
                maxima[j] = Math.max(maxima[j], Math.abs(columns[i]));
            }
        }
        return maxima;
    }

    /**
     * Writes the changed constants.
     *
     * @param current what groups before have made of constants, by name; a weight may be divided by
     *     the scale of its output and multiplied by that of its input
     */
    public void write(GraphEditor editor, float[] scales, Map<String, Tensor> current) {
        if (folds.isEmpty()) {
            insertMul(editor, scales);
        }
        for (Fold fold : folds) {
            Tensor now = current.getOrDefault(fold.constant, fold.tensor);
            change(editor, current, fold.constant, times(now, fold.axis, scales, true));
        }
        Set<String> multiplied = new HashSet<>();
        for (LinearLayer layer : layers) {
            if (multiplied.add(layer.weightName())) {
                Tensor now = current.getOrDefault(layer.weightName(), layer.weight());
                change(
                        editor,
                        current,
                        layer.weightName(),
                        times(now, layer.inputAxis(), scales, false));
            }
        }
    }

    private static void change(
            GraphEditor editor, Map<String, Tensor> current, String name, Tensor now) {
        editor.setInitializer(name, now);
        current.put(name, now);
    }

    private void insertMul(GraphEditor editor, float[] scales) {
        float[] inverse = new float[scales.length];
        for (int j = 0; j < scales.length; j++) {
            inverse[j] = 1 / scales[j];
        }
        String factor =
                editor.addInitializer(
                        input + "_smoothing", Tensor.ofFloats(Shape.of(scales.length), inverse));
        String smoothed = editor.freshName(input + "_smoothed");
        editor.add(
                Node.of(
                        editor.freshName(smoothed + "_Mul"),
                        "Mul",
                        List.of(input, factor),
                        List.of(smoothed),
                        Attributes.NONE));
        for (LinearLayer layer : layers) {
            editor.replace(layer.node(), layer.node().withInput(0, smoothed));
        }
    }

    private static Tensor times(Tensor tensor, int axis, float[] scales, boolean divides) {
        float[] values = tensor.toFloats();
        int inner = 1;
        for (int a = axis + 1; a < tensor.shape().rank(); a++) {
            inner *= (int) tensor.shape().size(a);
        }
        for (int i = 0; i < values.length; i++) {
            float scale = scales[i / inner % scales.length];
            values[i] = divides ? values[i] / scale : values[i] * scale;
        }
        return Tensor.ofFloats(tensor.shape(), values);
    }
}
