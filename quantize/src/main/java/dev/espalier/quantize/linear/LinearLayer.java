package dev.espalier.quantize.linear;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;

/**
 * A MatMul or Gemm as {@code Y = X W + b} with a constant W of K rows and N columns.
 *
 * @param node MatMul or Gemm; X is its first input
 * @param weight as the model stores it: [K, N], or [N, K] where it is transposed
 * @param transposed whether {@code weight} is [N, K]
 * @param alpha Gemm's factor of the product, 1 for a MatMul
 * @param bias b as a value of the graph that broadcasts to Y, before Gemm's factor beta; empty
 *     where there is none
 * @param scaledBias b with beta multiplied in, where beta is not 1; otherwise null
 */
public record LinearLayer(
        Node node, Tensor weight, boolean transposed, float alpha, String bias, Tensor scaledBias) {
    /** Number of features of X. */
    public int k() {
        return Math.toIntExact(weight.shape().size(transposed ? 1 : 0));
    }

    /** Number of features of Y. */
    public int n() {
        return Math.toIntExact(weight.shape().size(transposed ? 0 : 1));
    }

    public String input() {
        return node.input(0);
    }

    public String output() {
        return node.output(0);
    }

    /** Name of the stored weight. */
    public String weightName() {
        return node.input(1);
    }

    public boolean hasBias() {
        return !bias.isEmpty();
    }

    /** Equal for layers that multiply by the same numbers: they can share one quantized weight. */
    public String weightKey() {
        return weightName() + (transposed ? " transposed " : " ") + alpha;
    }

    /** alpha W as a new array of N columns, each of K numbers. */
    public float[] columns() {
        float[] stored = weight.toFloats();
        int k = k();
        int n = n();
        float[] columns = new float[stored.length];
        for (int row = 0; row < k; row++) {
            for (int column = 0; column < n; column++) {
                int at = transposed ? column * k + row : row * n + column;
                columns[column * k + row] = stored[at] * alpha;
            }
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
