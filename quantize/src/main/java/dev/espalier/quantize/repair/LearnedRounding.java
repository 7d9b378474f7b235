package dev.espalier.quantize.repair;

/**
 * Learns for each weight of one row whether to round it down or up.
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
 * form in w, so that every step of Adam (Kingma and Ba, 2015) sees all examples at once; a makes it
 * 1 for each weight where all are rounded at random, so that l means the same in every layer. At
 * the end h is rounded, and single weights are turned over as long as that lowers the error.
 *
 * <p>See Nagel et al., Up or Down? Adaptive Rounding for Post-Training Quantization, 2020, formulas
 * 22 to 24.
 */
final class LearnedRounding {
    private static final float ZETA = 1.1f;
    private static final float GAMMA = -0.1f;
    private static final float RATE = 0.01f;
    private static final float FIRST_MOMENT = 0.9f;
    private static final float SECOND_MOMENT = 0.999f;
    private static final double FREE_SHARE = 0.2;
    private static final double BETA_FIRST = 20;
    private static final double BETA_LAST = 2;

    private final float[][] h;
    private final int iterations;
    private final float pressure;

    /**
     * @param h E[x x'] [depth, depth]
     * @param pressure l of the formula
     */
    LearnedRounding(double[][] h, int iterations, double pressure) {
        this.h = new float[h.length][h.length];
        for (int i = 0; i < h.length; i++) {
            for (int j = 0; j < h.length; j++) {
                this.h[i][j] = (float) h[i][j];
            }
        }
        this.iterations = iterations;
        this.pressure = (float) pressure;
    }

    /**
     * The integers of one row.
     *
     * @param row w0
     * @param c E[y x] [depth]
     */
    int[] round(double[] row, double[] c, WeightSteps steps) {
        int depth = row.length;
        int[] floors = new int[depth];
        float[] up = new float[depth];
        double spread = 0;
        for (int j = 0; j < depth; j++) {
            floors[j] = steps.floor(row[j]);
            up[j] = (float) Math.min(Math.max(row[j] / steps.step() - floors[j], 0), 1);
            spread += h[j][j] * (double) steps.step() * steps.step() / 12;
        }
        if (spread > 0) {
            descend(up, floors, c, steps.step(), (float) (depth / spread));
        }
        int[] integers = new int[depth];
        for (int j = 0; j < depth; j++) {
            integers[j] = floors[j] + Math.round(up[j]);
        }
        turnOver(integers, floors, c, steps.step());
        return integers;
    }

    /** Moves {@code up}, h of the formula, to almost only zeros and ones. */
    private void descend(float[] up, int[] floors, double[] c, float step, float scale) {
        int depth = up.length;
        float[] v = new float[depth];
        for (int j = 0; j < depth; j++) {
            v[j] = (float) -Math.log((ZETA - GAMMA) / (up[j] - GAMMA) - 1);
        }
        float[] first = new float[depth];
        float[] second = new float[depth];
        float[] w = new float[depth];
        for (int i = 0; i < iterations; i++) {
            for (int j = 0; j < depth; j++) {
                w[j] = step * (floors[j] + up[j]);
            }
            float[] gradient = residual(w, c);
            double free = FREE_SHARE * iterations;
            double progress = Math.max(0, (i - free) / (iterations - free));
            double beta = BETA_FIRST + (BETA_LAST - BETA_FIRST) * progress;
            float correct1 = 1 - (float) Math.pow(FIRST_MOMENT, i + 1);
            float correct2 = 1 - (float) Math.pow(SECOND_MOMENT, i + 1);
            for (int j = 0; j < depth; j++) {
                float sigmoid = 1 / (1 + (float) Math.exp(-v[j]));
                float stretched = sigmoid * (ZETA - GAMMA) + GAMMA;
                float g = 2 * scale * step * gradient[j];
                if (i >= free) {
                    g += pressure * push(up[j], beta);
                }
                boolean isFree = stretched > 0 && stretched < 1;
                g = isFree ? g * (ZETA - GAMMA) * sigmoid * (1 - sigmoid) : 0;
                first[j] += (1 - FIRST_MOMENT) * (g - first[j]);
                second[j] += (1 - SECOND_MOMENT) * (g * g - second[j]);
                v[j] -=
                        RATE
                                * (first[j] / correct1)
                                / ((float) Math.sqrt(second[j] / correct2) + 1e-8f);
                float changed = (ZETA - GAMMA) / (1 + (float) Math.exp(-v[j])) + GAMMA;
                up[j] = Math.min(Math.max(changed, 0), 1);
            }
        }
    }

    /** Slope of 1 - |2h - 1|^beta. */
    private static float push(float h, double beta) {
        double off = 2.0 * h - 1;
        return (float) (-2 * beta * Math.pow(Math.abs(off), beta - 1) * Math.signum(off));
    }

    /** E[x x'] w - E[y x], half of the error's slope. */
    private float[] residual(float[] w, double[] c) {
        float[] residual = new float[w.length];
        for (int j = 0; j < w.length; j++) {
            residual[j] = (float) -c[j];
        }
        for (int k = 0; k < w.length; k++) {
            float a = w[k];
            float[] row = h[k];
            for (int j = 0; j < w.length; j++) {
                residual[j] += a * row[j];
            }
        }
        return residual;
    }

    /** Takes the other neighbour of single weights, the most useful first, until none helps. */
    private void turnOver(int[] integers, int[] floors, double[] c, float step) {
        float[] w = new float[integers.length];
        for (int j = 0; j < w.length; j++) {
            w[j] = step * integers[j];
        }
        float[] residual = residual(w, c);
        // Every turn lowers the error, but rounding must not let two of them go on for ever.
        for (int turn = 0; turn < 4 * w.length; turn++) {
            int best = -1;
            float least = 0;
            for (int j = 0; j < w.length; j++) {
                float move = integers[j] == floors[j] ? step : -step;
                float change = move * (2 * residual[j] + move * h[j][j]);
                if (change < least) {
                    least = change;
                    best = j;
                }
            }
            if (best < 0) {
                return;
            }
            boolean isDown = integers[best] == floors[best];
            integers[best] += isDown ? 1 : -1;
            float move = isDown ? step : -step;
            for (int j = 0; j < w.length; j++) {
                residual[j] += move * h[best][j];
            }
        }
    }
}
