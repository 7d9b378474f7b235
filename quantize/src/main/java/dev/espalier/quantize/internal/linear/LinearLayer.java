package dev.espalier.quantize.internal.linear;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.layer.RowOrder;

/**
 * A MatMul or Gemm as {@code Y = X W + b} with a constant W of K rows and N columns.
 *
 * @param layer W with Gemm's factor alpha multiplied in; X is the first input of its node
 * @param weight as the model stores it: [K, N], or [N, K] where it is transposed
 * @param bias b as a value of the graph that broadcasts to Y, before Gemm's factor beta; empty
 *     where there is none
 * @param scaledBias b with beta multiplied in, where beta is not 1; otherwise null
 */
public record LinearLayer(Layer layer, Tensor weight, String bias, Tensor scaledBias) {
    public Node node() {
        return layer.node();
    }

    /** Number of features of X. */
    public int k() {
        return layer.depth();
    }

    /** Number of features of Y. */
    public int n() {
        return layer.outputs();
    }

    /** Along which axis of the weight the features of X lie. */
    public int inputAxis() {
        return layer.form().inputAxis(weight.shape());
    }

    public String input() {
        return node().input(0);
    }

    public String output() {
        return node().output(0);
    }

    /** Name of the stored weight. */
    public String weightName() {
        return node().input(layer.form().input());
    }

    public boolean hasBias() {
        return !bias.isEmpty();
    }

    /** Equal for layers that multiply by the same numbers: they can share one quantized weight. */
    public String weightKey() {
        return weightName() + " " + inputAxis() + " " + layer.form().alpha();
    }

    /** alpha W as a new array of N columns, each of K numbers. */
    public float[] columns() {
        float[] values = layer.weight().toFloats();
        RowOrder order = layer.order();
        float[] columns = new float[values.length];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = values[order.position(i / order.columns(), i % order.columns())];
        }
        return columns;
    }

    /** A [K, N] tensor of columns such as {@link #columns} gives. */
    public static Tensor ofColumns(float[] columns, int k, int n) {
        float[] rows = new float[columns.length];
        for (int column = 0; column < n; column++) {
            for (int row = 0; row < k; row++) {
                rows[row * n + column] = columns[column * k + row];
            }
        }
        return Tensor.ofFloats(Shape.of(k, n), rows);
    }
}
