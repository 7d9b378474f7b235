package dev.espalier.quantize.internal.repair;

import dev.espalier.linalg.FixedProduct;
import dev.espalier.linalg.Matrix;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Learns for each weight of a layer whether to round it down or up, each row against its own error.
 *
 * <pre>
 *   minimize  a E (y - w x)^2 + l sum_j (1 - |2 h(V_j) - 1|^beta)     over V
 *   w_j     = step (floor(w0_j / step) + h(V_j))
 *   h(V)    = clip(sigmoid(V) (zeta - gamma) + gamma, 0, 1)           zeta = 1.1, gamma = -0.1
 *   a       = depth / sum_j (step^2 / 12) E x_j^2
 * </pre>
 *
 * <p>h begins where w is w0. The regularizer pushes it to 0 or 1: not at all in the first fifth of
 * the steps, then with beta from 20, which spares the middle, down to 2. The error is a quadratic
 * form in w, so that every step of Adam (Kingma and Ba, 2015) sees all examples at once, and all
 * rows of a large layer are one product; a makes it 1 for each weight where all are rounded at
 * random, so that l means the same in every layer. At the end h is rounded, and single weights are
 * turned over as long as that lowers the error.
 *
 * <p>See Nagel et al., Up or Down? Adaptive Rounding for Post-Training Quantization, 2020, formulas
 * 22 to 24.
 */
public final class LearnedRounding {
    private static final double FREE_SHARE = 0.2;
    private static final double BETA_FIRST = 20;
    private static final double BETA_LAST = 2;

    private final Matrix h;
    private final int iterations;
    private final float pressure;

    /**
     * @param h E[x x'] [depth, depth]
     * @param pressure l of the formula
     */
    public LearnedRounding(Matrix h, int iterations, double pressure) {
        this.h = h;
        this.iterations = iterations;
        this.pressure = (float) pressure;
    }

    /**
     * The integers of all rows.
     *
     * @param rows w0 of each [channels, depth], not modified
     * @param c E[y x] [channels, depth]
     * @param steps of each row
     */
    public int[][] round(double[][] rows, Matrix c, List<WeightSteps> steps) {
        int[][] integers = new int[rows.length][];
        try (FixedProduct product = new FixedProduct(h, rows.length)) {
            int atOnce = product.rowsAtOnce();
            IntStream.range(0, rows.length / atOnce)
                    .parallel()
                    .forEach(
                            part -> {
                                List<RowRounding> some =
                                        IntStream.range(part * atOnce, (part + 1) * atOnce)
                                                .mapToObj(
                                                        m ->
                                                                new RowRounding(
                                                                        rows[m],
                                                                        c.row(m),
                                                                        steps.get(m),
                                                                        h))
                                                .toList();
                                descend(some, product);
                                turnOver(some, product);
                                for (int m = 0; m < atOnce; m++) {
                                    integers[part * atOnce + m] = some.get(m).integers();
                                }
                            });
        }
        return integers;
    }

    /** Moves h of the formula to almost only zeros and ones. */
    private void descend(List<RowRounding> rows, FixedProduct product) {
        double free = FREE_SHARE * iterations;
        for (int i = 0; i < iterations; i++) {
            residuals(rows, product);
            double progress = Math.max(0, (i - free) / (iterations - free));
            double beta = BETA_FIRST + (BETA_LAST - BETA_FIRST) * progress;
            float push = i < free ? 0 : pressure;
            int step = i + 1;
            each(rows, row -> row.descend(step, push, beta));
        }
    }

    private void turnOver(List<RowRounding> rows, FixedProduct product) {
        each(rows, RowRounding::decide);
        residuals(rows, product);
        each(rows, RowRounding::turnOver);
    }

    /** E[x x'] w - E[y x], half of the error's slope, of all rows. */
    private void residuals(List<RowRounding> rows, FixedProduct product) {
        int depth = h.rows();
        float[] w = new float[rows.size() * depth];
        float[] residuals = new float[w.length];
        for (int m = 0; m < rows.size(); m++) {
            rows.get(m).begin(w, residuals, m * depth);
        }
        product.add(w, residuals);
        for (int m = 0; m < rows.size(); m++) {
            rows.get(m).take(residuals, m * depth);
        }
    }

    private static void each(List<RowRounding> rows, Consumer<RowRounding> change) {
        rows.parallelStream().forEach(change);
    }
}
