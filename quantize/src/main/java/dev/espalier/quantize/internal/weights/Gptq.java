package dev.espalier.quantize.internal.weights;

import dev.espalier.linalg.Cholesky;
import dev.espalier.linalg.Matrix;
import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.RoundingSettings;
import dev.espalier.quantize.option.WeightType;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Rounds the weights of a layer one row after the other and lets the rows that are left make up for
 * the error of each, so that the layer's outputs stay near: Frantar et al., GPTQ, 2022.
 *
 * <p>With H the {@link Hessian} and {@code l = damping * mean(diag H)}, let U be the upper triangle
 * of {@code (H + l I)^-1 = U^T U}. For each column w of the weight and j = 1..K:
 *
 * <pre>
 *   q_j = the nearest value of w_j's block
 *   e   = (w_j - q_j) / U_jj
 *   w_i = w_i - e U_ji        for i &gt; j
 * </pre>
 *
 * <p>A block's scale is taken from what its weights have become when its first one is rounded. With
 * act-order rows come by falling H_jj; since neighbours in a block are then rounded far apart, all
 * scales are taken from the weights as they were.
 *
 * <p>An input that is zero on all calibration samples says nothing about its weights: they are
 * rounded to nearest, not cleared, since it may not be zero elsewhere.
 */
final class Gptq {
    /** Columns of which 64-bit copies are held at once. */
    private static final int COLUMNS_AT_ONCE = 1024;

    /** Rows that are rounded before those behind them move, by one product for all of them. */
    private static final int ROWS_AT_ONCE = 128;

    private final WeightType type;
    private final Blocks blocks;
    private final RoundingSettings rounding;

    Gptq(WeightType type, Blocks blocks, RoundingSettings rounding) {
        this.type = type;
        this.blocks = blocks;
        this.rounding = rounding;
    }

    /**
     * @param columns N columns of K weights
     * @throws dev.espalier.linalg.SingularMatrixException where activations were no finite numbers
     */
    BlockWeight round(float[] columns, int n, Hessian hessian) {
        int k = hessian.k();
        int[] order = order(hessian);
        Matrix triangle = triangle(hessian, order);
        BlockWeight result =
                rounding.actOrder()
                        ? NearestRounding.of(columns, k, n, type, blocks)
                        : new BlockWeight(k, n, type, blocks.size());
        for (int from = 0; from < n; from += COLUMNS_AT_ONCE) {
            round(columns, from, Math.min(n, from + COLUMNS_AT_ONCE), order, triangle, result);
        }
        return result;
    }

    private int[] order(Hessian hessian) {
        IntStream rows = IntStream.range(0, hessian.k());
        return rounding.actOrder()
                ? rows.boxed()
                        .sorted(Comparator.comparingDouble(i -> -hessian.get(i, i)))
                        .mapToInt(Integer::intValue)
                        .toArray()
                : rows.toArray();
    }

    private void round(
            float[] columns, int from, int to, int[] order, Matrix triangle, BlockWeight result) {
        int k = order.length;
        double[][] w = new double[to - from][k];
        for (int c = from; c < to; c++) {
            for (int j = 0; j < k; j++) {
                w[c - from][j] = columns[c * k + order[j]];
            }
        }
        int step = Math.max(ROWS_AT_ONCE, blocks.size());
        for (int top = 0; top < k; top += step) {
            int height = Math.min(step, k - top);
            double[][] near = triangle.block(top, top, height, height).toRows();
            double[][] errors = new double[to - from][height];
            int first = top;
            IntStream.range(0, to - from)
                    .parallel()
                    .forEach(c -> round(w[c], first, from + c, order, near, errors[c], result));
            int left = k - top - height;
            Matrix moved = Matrix.of(errors).times(triangle.block(top, top + height, height, left));
            for (int c = 0; c < to - from; c++) {
                for (int i = 0; i < left; i++) {
                    w[c][top + height + i] -= moved.get(c, i);
                }
            }
        }
    }

    /** Rounds rows of one column, from {@code top} on, and moves what is left of the same rows. */
    private void round(
            double[] w,
            int top,
            int c,
            int[] order,
            double[][] triangle,
            double[] errors,
            BlockWeight result) {
        for (int j = 0; j < errors.length; j++) {
            int row = top + j;
            if (!rounding.actOrder() && row % blocks.size() == 0) {
                int block = row / blocks.size();
                result.setGrid(c, block, BlockGrid.of(w, row, result.end(block), type, blocks));
            }
            double rounded = result.put(c, order[row], w[row]);
            errors[j] = (w[row] - rounded) / triangle[j][j];
            for (int i = j + 1; i < errors.length; i++) {
                w[top + i] -= errors[j] * triangle[j][i];
            }
        }
    }

    /**
     * U. With P the reversal of all rows, {@code P H P = L L^T} gives {@code H = R R^T} with R = P
     * L P an upper triangle, and U is the inverse of R.
     */
    private Matrix triangle(Hessian hessian, int[] order) {
        int k = order.length;
        double mean = hessian.meanDiagonal();
        double silent = mean == 0 ? 1 : mean;
        double damping = rounding.damping() * mean;
        Matrix reversed =
                Matrix.of(
                        k,
                        k,
                        (i, j) -> {
                            double h = hessian.get(order[k - 1 - i], order[k - 1 - j]);
                            return i != j ? h : (h == 0 ? silent : h) + damping;
                        });
        Matrix inverse = Cholesky.of(reversed).triangle().inverse();
        return Matrix.of(k, k, (i, j) -> inverse.get(k - 1 - i, k - 1 - j));
    }
}
