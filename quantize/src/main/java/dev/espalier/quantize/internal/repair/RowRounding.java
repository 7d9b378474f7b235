package dev.espalier.quantize.internal.repair;

import dev.espalier.linalg.Matrix;

/**
 * One row of a layer while {@link LearnedRounding}, whose letters these are, learns to round it.
 */
final class RowRounding {
    private static final float ZETA = 1.1f;
    private static final float GAMMA = -0.1f;
    private static final float RATE = 0.01f;
    private static final float FIRST_MOMENT = 0.9f;
    private static final float SECOND_MOMENT = 0.999f;

    private final double[] c;
    private final float step;
    private final Matrix h;
    private final int depth;
    private final int[] floors;

    /** h(V), 0 where a weight is rounded down. */
    private final float[] up;

    private final float[] w;
    private final float[] residual;

    /** a of the formula; 0 where all inputs are always 0, so that there is nothing to learn. */
    private final float scale;

    private final float[] v;
    private final float[] exponential;
    private final float[] first;
    private final float[] second;

    /**
     * @param row w0
     * @param c E[y x] [depth]
     * @param h E[x x'] [depth, depth]
     */
    RowRounding(double[] row, double[] c, WeightSteps steps, Matrix h) {
        this.c = c;
        this.step = steps.step();
        this.h = h;
        depth = row.length;
        floors = new int[depth];
        up = new float[depth];
        w = new float[depth];
        residual = new float[depth];
        v = new float[depth];
        exponential = new float[depth];
        first = new float[depth];
        second = new float[depth];
        double spread = 0;
        for (int j = 0; j < depth; j++) {
            floors[j] = steps.floor(row[j]);
            up[j] = (float) Math.min(Math.max(row[j] / step - floors[j], 0), 1);
            v[j] = (float) -Math.log((ZETA - GAMMA) / (up[j] - GAMMA) - 1);
            exponential[j] = (float) Math.exp(-v[j]);
            spread += h.get(j, j) * (double) step * step / 12;
        }
        scale = spread > 0 ? (float) (depth / spread) : 0;
    }

    /** Writes w, and what its residual is where the products of w are 0. */
    void begin(float[] weights, float[] residuals, int at) {
        for (int j = 0; j < depth; j++) {
            w[j] = step * (floors[j] + up[j]);
            weights[at + j] = w[j];
            residuals[at + j] = (float) -c[j];
        }
    }

    /** Takes E[x x'] w - E[y x]. */
    void take(float[] residuals, int at) {
        System.arraycopy(residuals, at, residual, 0, depth);
    }

    /**
     * One step of Adam.
     *
     * @param number of the step, from 1
     * @param pressure l, 0 while h is free
     */
    void descend(int number, float pressure, double beta) {
        if (scale == 0) {
            return;
        }
        float correct1 = 1 - (float) Math.pow(FIRST_MOMENT, number);
        float correct2 = 1 - (float) Math.pow(SECOND_MOMENT, number);
        for (int j = 0; j < depth; j++) {
            float sigmoid = 1 / (1 + exponential[j]);
            float stretched = sigmoid * (ZETA - GAMMA) + GAMMA;
            float g = 0;
            if (stretched > 0 && stretched < 1) {
                g = 2 * scale * step * residual[j];
                if (pressure > 0) {
                    g += pressure * push(up[j], beta);
                }
                g = g * (ZETA - GAMMA) * sigmoid * (1 - sigmoid);
            }
            first[j] += (1 - FIRST_MOMENT) * (g - first[j]);
            second[j] += (1 - SECOND_MOMENT) * (g * g - second[j]);
            v[j] -=
                    RATE
                            * (first[j] / correct1)
                            / ((float) Math.sqrt(second[j] / correct2) + 1e-8f);
            exponential[j] = (float) Math.exp(-v[j]);
            float changed = (ZETA - GAMMA) / (1 + exponential[j]) + GAMMA;
            up[j] = Math.min(Math.max(changed, 0), 1);
        }
    }

    /** Slope of 1 - |2h - 1|^beta. */
    private static float push(float h, double beta) {
        double off = 2.0 * h - 1;
        return (float) (-2 * beta * Math.pow(Math.abs(off), beta - 1) * Math.signum(off));
    }

    /** Rounds h. */
    void decide() {
        for (int j = 0; j < depth; j++) {
            up[j] = Math.round(up[j]);
        }
    }

    /** Takes the other neighbour of single weights, the most useful first, until none helps. */
    void turnOver() {
        float[] diagonal = new float[depth];
        for (int j = 0; j < depth; j++) {
            diagonal[j] = (float) h.get(j, j);
        }
        // Every turn lowers the error, but rounding must not let two of them go on for ever.
        for (int turn = 0; turn < 4 * depth; turn++) {
            int best = -1;
            float least = 0;
            for (int j = 0; j < depth; j++) {
                float move = up[j] == 0 ? step : -step;
                float change = move * (2 * residual[j] + move * diagonal[j]);
                if (change < least) {
                    least = change;
                    best = j;
                }
            }
            if (best < 0) {
                return;
            }
            float move = up[best] == 0 ? step : -step;
            up[best] = 1 - up[best];
            for (int j = 0; j < depth; j++) {
                residual[j] += move * (float) h.get(best, j);
            }
        }
    }

    int[] integers() {
        int[] integers = new int[depth];
        for (int j = 0; j < depth; j++) {
            integers[j] = floors[j] + Math.round(up[j]);
        }
        return integers;
    }
}
