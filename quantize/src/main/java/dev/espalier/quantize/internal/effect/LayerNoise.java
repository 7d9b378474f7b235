package dev.espalier.quantize.internal.effect;

import dev.espalier.core.data.SignalToNoise;

/**
 * The noise that comes into being where one value is made: y is computed in floats from what the
 * changed network gives, y' is what the changed network makes of the same.
 */
final class LayerNoise {
    /** Which part of the values counts as most of them. */
    private static final double MOST = 0.9;

    private final KnownValue value;
    private final SignalToNoise carried = new SignalToNoise();
    private final long[] levels = new long[ByteGrid.LEVELS];
    private double noise;
    private double rounding;
    private double clipping;
    private long count;
    private long clipped;

    LayerNoise(KnownValue value) {
        this.value = value;
    }

    KnownValue value() {
        return value;
    }

    /**
     * Returns y' - y, with 0 where that is not finite.
     *
     * @param exact y
     * @param found y'
     */
    float[] add(float[] exact, float[] found) {
        ByteGrid grid = value.grid().orElse(null);
        float[] error = new float[exact.length];
        for (int i = 0; i < error.length; i++) {
            float difference = found[i] - exact[i];
            if (Float.isFinite(difference)) {
                error[i] = difference;
                noise += (double) difference * difference;
                if (grid != null) {
                    place(grid, exact[i]);
                }
            }
        }
        return error;
    }

    private void place(ByteGrid grid, double y) {
        double level = grid.level(y);
        double nearest = Math.min(Math.max(level, 0), ByteGrid.LEVELS - 1);
        double error = y - grid.number(nearest);
        rounding += error * error;
        if (level != nearest) {
            clipping += error * error;
            clipped++;
        }
        count++;
        levels[(int) nearest]++;
    }

    /** What becomes of the network's output where this noise alone is added to exact values. */
    SignalToNoise carried() {
        return carried;
    }

    /**
     * Adds what becomes of an output where this noise alone is added to the value.
     *
     * @param exact the output without
     */
    void carry(float[] exact, float[] found) {
        float[] a = new float[exact.length];
        float[] b = new float[exact.length];
        for (int i = 0; i < a.length; i++) {
            if (Float.isFinite(exact[i]) && Float.isFinite(found[i])) {
                a[i] = exact[i];
                b[i] = found[i];
            }
        }
        carried.add(a, b);
    }

    /** Whether at least half of the noise is that of the grid, by whatever the value is made. */
    boolean isOfGrid() {
        return count > 0 && noise > 0 && rounding >= noise / 2;
    }

    /** Whether at least half of the grid's noise is of values beyond its range. */
    boolean isClipped() {
        return clipping > 0 && clipping >= rounding / 2;
    }

    /** Of all values, from 0 to 1. */
    double clippedShare() {
        return (double) clipped / count;
    }

    /** How many levels the middle 90 % of the values span. */
    int span() {
        double tail = (1 - MOST) / 2 * count;
        return level(count - tail) - level(tail) + 1;
    }

    private int level(double rank) {
        long below = 0;
        for (int level = 0; level < levels.length; level++) {
            below += levels[level];
            if (below >= rank && below > 0) {
                return level;
            }
        }
        return levels.length - 1;
    }
}
