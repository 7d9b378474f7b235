package dev.espalier.quantize.internal.repair;

import dev.espalier.quantize.internal.grid.PairedWeights;
import dev.espalier.quantize.option.Rounding;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The integer grid of one row of weights: {@code w = q step} with {@code q} in {@code
 * -greatest..greatest}, {@code greatest = 2^(bits-1) - 1}.
 *
 * @param step distance of two neighbours, positive
 * @param greatest integer
 */
public record WeightSteps(float step, int greatest) {
    /** How far the range is narrowed in search of finer steps, and in how many trials. */
    private static final double NARROWEST = 0.4;

    private static final int TRIALS = 60;

    /** Keeps the product of an activation's and a weight's step a normal float. */
    private static final float LEAST = 1e-18f;

    /**
     * The grid on which the squared error of {@code row}, rounded to nearest, is least: a range
     * that cuts off the greatest weights may round all others so much finer.
     *
     * <pre>
     *   step = f max|w| / greatest,   f = arg min sum (w - step clip(round(w / step)))^2
     * </pre>
     */
    public static WeightSteps of(double[] row, int bits) {
        return of(row, bits, PairedWeights.NONE, Rounding.NEAREST);
    }

    /**
     * Such a grid on which none of {@code pairs} can saturate, however the weights are rounded.
     * Steps coarser than {@code max|w| / 127} are tried as well then.
     */
    public static WeightSteps of(double[] row, int bits, PairedWeights pairs, Rounding rounding) {
        int greatest = (1 << bits - 1) - 1;
        double max = 0;
        for (double w : row) {
            max = Math.max(max, Math.abs(w));
        }
        WeightSteps best = null;
        double least = Double.POSITIVE_INFINITY;
        for (double factor : factors(greatest, pairs)) {
            float step = Math.max((float) (factor * max / greatest), LEAST);
            WeightSteps tried = new WeightSteps(step, greatest);
            double error = tried.error(row);
            if (error < least && tried.fit(pairs, rounding)) {
                least = error;
                best = tried;
            }
        }
        return best == null ? new WeightSteps(LEAST, greatest) : best;
    }

    /** Shares of the range that the greatest integer may stand for. */
    private static double[] factors(int greatest, PairedWeights pairs) {
        DoubleStream finer =
                IntStream.rangeClosed(0, TRIALS).mapToDouble(i -> 1 - (1 - NARROWEST) * i / TRIALS);
        // One integer less than what never saturates leaves room to round up.
        DoubleStream coarser =
                pairs.isEmpty() || greatest < PairedWeights.ALWAYS_SAFE
                        ? DoubleStream.empty()
                        : IntStream.range(PairedWeights.ALWAYS_SAFE - 1, greatest)
                                .mapToDouble(most -> (double) greatest / most);
        return DoubleStream.concat(finer, coarser).toArray();
    }

    private boolean fit(PairedWeights pairs, Rounding rounding) {
        return rounding == Rounding.NEAREST
                ? pairs.fit(this::nearest, this::nearest)
                : pairs.fit(this::floor, w -> floor(w) + 1);
    }

    /** {@code rows}, each rounded to nearest on a grid of its own; not modified. */
    public static double[][] nearest(double[][] rows, int bits) {
        PairedWeights[] none = new PairedWeights[rows.length];
        Arrays.fill(none, PairedWeights.NONE);
        return nearest(rows, bits, none);
    }

    /** The same with pairs of each row that must not saturate. */
    public static double[][] nearest(double[][] rows, int bits, PairedWeights[] pairs) {
        double[][] rounded = new double[rows.length][];
        for (int m = 0; m < rows.length; m++) {
            rounded[m] = of(rows[m], bits, pairs[m], Rounding.NEAREST).rounded(rows[m]);
        }
        return rounded;
    }

    /** {@code row} rounded to nearest on this grid; not modified. */
    public double[] rounded(double[] row) {
        return Arrays.stream(row).map(w -> (double) step * nearest(w)).toArray();
    }

    private double error(double[] row) {
        double error = 0;
        for (double w : row) {
            double off = w - (double) step * nearest(w);
            error += off * off;
        }
        return error;
    }

    /** The integer nearest to {@code w / step}. */
    public int nearest(double w) {
        return clip(Math.rint(w / step));
    }

    /**
     * The greatest integer not above {@code w / step}, such that the next one is on the grid too.
     */
    int floor(double w) {
        return Math.min(clip(Math.floor(w / step)), greatest - 1);
    }

    private int clip(double q) {
        return (int) Math.min(Math.max(q, -greatest), greatest);
    }
}
