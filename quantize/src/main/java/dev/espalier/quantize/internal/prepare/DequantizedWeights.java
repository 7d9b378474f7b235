package dev.espalier.quantize.internal.prepare;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import java.util.Optional;

/**
 * Weights that somebody stored as integers of a layer that is computed in floats:
 *
 * <pre>
 *   Conv(x, DequantizeLinear(w_q, w_s))  ->  Conv(x, w)       w = (w_q - w_zp) w_s
 * </pre>
 *
 * <p>Behind an input of bytes the runtime would compute such a layer in integers, with weights
 * whose sums may saturate. As floats they are quantized like any other, or left float where that is
 * asked.
 */
final class DequantizedWeights {
    private static final int WEIGHT = 1;

    private final Graph graph;
    private final ShapeInference inference;

    private DequantizedWeights(Model model) {
        this.graph = model.graph();
        this.inference = ShapeInference.of(model);
    }

    /** The same network with such weights as floats. */
    static Model rewrite(Model model) {
        DequantizedWeights weights = new DequantizedWeights(model);
        GraphEditor editor = new GraphEditor(model.graph());
        boolean changed = false;
        for (Node node : model.graph().nodes()) {
            Optional<Tensor> weight = Layer.isWeighted(node) ? weights.of(node) : Optional.empty();
            if (weight.isPresent()) {
                String name = editor.addInitializer(node.input(WEIGHT), weight.get());
                editor.replace(node, node.withInput(WEIGHT, name));
                changed = true;
            }
        }
        return changed ? model.withGraph(editor.removeUnused().build()) : model;
    }

    private Optional<Tensor> of(Node layer) {
        boolean readsBytes = dequantize(layer.input(0)).isPresent();
        return readsBytes || !layer.hasInput(WEIGHT)
                ? Optional.empty()
                : dequantize(layer.input(WEIGHT)).flatMap(this::values);
    }

    private Optional<Node> dequantize(String value) {
        return graph.producer(value).filter(node -> node.is("DequantizeLinear"));
    }

    private Optional<Tensor> values(Node dequantize) {
        Tensor stored = inference.constant(dequantize.input(0)).orElse(null);
        Tensor scales = inference.constant(dequantize.input(1)).orElse(null);
        Tensor zeros =
                dequantize.hasInput(2)
                        ? inference.constant(dequantize.input(2)).orElse(null)
                        : null;
        boolean isPlain = dequantize.attributes().integer("block_size", 0) == 0;
        if (stored == null
                || scales == null
                || dequantize.hasInput(2) && (zeros == null || !zeros.dataType().isInteger())
                || !stored.dataType().isInteger()
                || !scales.dataType().isFloating()
                || !isPlain
                || scales.shape().rank() > 1) {
            return Optional.empty();
        }
        long[] integers = stored.toLongs();
        float[] scale = scales.toFloats();
        long[] zero = zeros == null ? new long[scale.length] : zeros.toLongs();
        long inner = inner(stored.shape(), dequantize.attributes().integer("axis", 1));
        float[] values = new float[integers.length];
        for (int i = 0; i < values.length; i++) {
            int c = scale.length == 1 ? 0 : (int) (i / inner % scale.length);
            values[i] = (integers[i] - zero[zero.length == 1 ? 0 : c]) * scale[c];
        }
        return Optional.of(Tensor.ofFloats(stored.shape(), values));
    }

    /** Elements behind one index along {@code axis}. */
    private static long inner(Shape shape, long axis) {
        long inner = 1;
        for (int a = (int) (axis < 0 ? axis + shape.rank() : axis) + 1; a < shape.rank(); a++) {
            inner *= shape.size(a);
        }
        return inner;
    }
}
