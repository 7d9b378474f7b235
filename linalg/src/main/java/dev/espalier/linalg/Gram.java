package dev.espalier.linalg;

import java.util.Arrays;

/**
 * Sums of products over a stream of examples x [width] and y [others]: {@code X' X} and {@code Y'
 * X} with an example in each row, in 64-bit floats. Memory does not grow with the examples.
 */
public final class Gram {
    /** Examples that are multiplied at once. */
    private static final int BLOCK = 512;

    /** Columns of X' X computed at once: what lies left of them is known by symmetry. */
    private static final int PANEL = 512;

    private final int width;
    private final int others;
    private double[] xx;
    private final double[] yx;
    private final double[] x;
    private final double[] y;
    private int held;
    private long count;

    /**
     * @param others values of a y; 0 where there are none
     */
    public Gram(int width, int others) {
        this.width = width;
        this.others = others;
        xx = new double[Math.multiplyExact(width, width)];
        yx = new double[Math.multiplyExact(others, width)];
        x = new double[Math.multiplyExact(BLOCK, width)];
        y = new double[Math.multiplyExact(BLOCK, others)];
    }

    /**
     * Adds one example.
     *
     * @param example x [width], from {@code from} on, not modified
     */
    public void add(float[] example, int from) {
        for (int j = 0; j < width; j++) {
            x[held * width + j] = example[from + j];
        }
        next();
    }

    /**
     * Adds one example of both.
     *
     * @param example x [width], not modified
     * @param other y [others], not modified
     */
    public void add(double[] example, double[] other) {
        System.arraycopy(example, 0, x, held * width, width);
        System.arraycopy(other, 0, y, held * others, others);
        next();
    }

    private void next() {
        held++;
        count++;
        if (held == BLOCK) {
            multiply();
        }
    }

    private void multiply() {
        Matrix rows = Matrix.over(held, width, held(x, width));
        for (int left = 0; left < width; left += PANEL) {
            int panel = Math.min(PANEL, width - left);
            Matrix part =
                    rows.block(0, left, held, panel)
                            .transposedTimes(rows.block(0, left, held, width - left));
            for (int i = 0; i < panel; i++) {
                int at = (left + i) * width + left;
                for (int j = i; j < width - left; j++) {
                    xx[at + j] += part.values[i * part.columns() + j];
                }
            }
        }
        Matrix wanted = Matrix.over(held, others, held(y, others));
        double[] part = wanted.transposedTimes(rows).values;
        for (int i = 0; i < part.length; i++) {
            yx[i] += part[i];
        }
        held = 0;
    }

    private double[] held(double[] buffer, int columns) {
        return held == BLOCK ? buffer : Arrays.copyOf(buffer, held * columns);
    }

    /** What one takes of the heap, in bytes. */
    public static long bytes(int width, int others) {
        return 8L * (width + others) * (width + BLOCK);
    }

    /** Examples so far. */
    public long count() {
        return count;
    }

    /** {@code Y' X} [others, width] of all examples so far. */
    public Matrix cross() {
        multiply();
        return Matrix.over(others, width, yx.clone());
    }

    /** {@code X' X} [width, width] of all examples; nothing can be added behind. */
    public Matrix sums() {
        multiply();
        double[] all = xx;
        xx = null;
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < i; j++) {
                all[i * width + j] = all[j * width + i];
            }
        }
        return Matrix.over(width, width, all);
    }
}
