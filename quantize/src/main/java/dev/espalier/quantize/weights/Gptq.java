package dev.espalier.quantize.weights;

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
    /** Columns that one reading of the triangle serves. */
    private static final int COLUMNS_AT_ONCE = 8;

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
     */
    BlockWeight round(float[] columns, int n, Hessian hessian) {
        int k = hessian.k();
        int[] order = order(hessian);
        double[] triangle = triangle(hessian, order);
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
            float[] columns, int from, int to, int[] order, double[] triangle, BlockWeight result) {
        int k = order.length;
        double[][] w = new double[to - from][k];
        for (int c = from; c < to; c++) {
            for (int j = 0; j < k; j++) {
                w[c - from][j] = columns[c * k + order[j]];
            }
        }
        for (int j = 0; j < k; j++) {
            for (int c = from; c < to; c++) {
                double[] column = w[c - from];
                if (!rounding.actOrder() && j % blocks.size() == 0) {
                    int block = j / blocks.size();
                    result.setGrid(
                            c, block, BlockGrid.of(column, j, result.end(block), type, blocks));
                }
                double rounded = result.put(c, order[j], column[j]);
                double error = (column[j] - rounded) / triangle[j * k + j];
                for (int i = j + 1; i < k; i++) {
                    column[i] -= error * triangle[j * k + i];
                }
            }
        }
    }

    /**
     * U, row-major. With P the reversal of all rows, {@code P H P = L L^T} gives {@code H = R R^T}
     * with R = P L P an upper triangle, and U is the inverse of R.
     */
    private double[] triangle(Hessian hessian, int[] order) {
        int k = order.length;
        double[] lower = new double[k * k];
        double mean = hessian.meanDiagonal();
        for (int i = 0; i < k; i++) {
            for (int j = 0; j <= i; j++) {
                lower[i * k + j] = hessian.get(order[k - 1 - i], order[k - 1 - j]);
            }
            if (lower[i * k + i] == 0) {
                lower[i * k + i] = mean == 0 ? 1 : mean;
            }
            lower[i * k + i] += rounding.damping() * mean;
        }
        factorize(lower, k);
        return inverse(lower, k);
    }

    /** Cholesky's factor in place, below and on the diagonal. */
    private static void factorize(double[] a, int k) {
        for (int i = 0; i < k; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i * k + j];
                for (int m = 0; m < j; m++) {
                    sum -= a[i * k + m] * a[j * k + m];
                }
                if (i == j) {
                    // Rounding alone can make it so small: the damped matrix is positive definite.
                    a[i * k + i] = Math.sqrt(Math.max(sum, Double.MIN_NORMAL));
                } else {
                    a[i * k + j] = sum / a[j * k + j];
                }
            }
        }
    }

    /** P L^-1 P as an upper triangle. */
    private static double[] inverse(double[] lower, int k) {
        double[] inverse = new double[k * k];
        for (int i = 0; i < k; i++) {
            inverse[i * k + i] = 1;
            for (int m = 0; m < i; m++) {
                double factor = lower[i * k + m];
                for (int j = 0; j <= m; j++) {
                    inverse[i * k + j] -= factor * inverse[m * k + j];
                }
            }
            for (int j = 0; j <= i; j++) {
                inverse[i * k + j] /= lower[i * k + i];
            }
        }
        double[] upper = new double[k * k];
        for (int i = 0; i < k; i++) {
            for (int j = 0; j <= i; j++) {
                upper[(k - 1 - i) * k + k - 1 - j] = inverse[i * k + j];
            }
        }
        return upper;
    }
}
