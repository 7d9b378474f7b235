package dev.espalier.quantize.internal.grid;

/**
 * Chooses a {@link ValueRange} from a {@link Histogram} by what the grid over it would do to the
 * values.
 *
 * <p>Mean squared error: of all ranges that cut the same share off both ends, then of all that move
 * one end of it, the one with the least {@code sum of count * (x - dequantize(quantize(x)))^2} over
 * the bins' centres.
 *
 * <p>Entropy: of all thresholds {@code t}, the one with the least divergence {@code sum p log(p /
 * q)} between the distribution {@code p} of the values cut off at {@code -t..t} and its image
 * {@code q}, in which the bins of one level share the level's count, as in Migacz, 8-bit Inference
 * with TensorRT, 2017. Zeros take no part in it: they are exact on any grid.
 */
public final class RangeSearch {
    /** Shares of the whole range that are tried, the last of them 1. */
    private static final int STEPS = 64;

    private static final int LEVELS = 256;

    private final Histogram histogram;
    private final boolean symmetric;

    /**
     * @param symmetric whether the grid is to be symmetric about zero
     */
    public RangeSearch(Histogram histogram, boolean symmetric) {
        this.histogram = histogram;
        this.symmetric = symmetric;
    }

    public ValueRange leastSquares() {
        ValueRange all = histogram.minMax();
        ValueRange best = all;
        double least = error(all);
        for (int i = STEPS - 1; i > 0; i--) {
            float share = (float) i / STEPS;
            ValueRange range = new ValueRange(all.low() * share, all.high() * share);
            double error = error(range);
            if (error < least) {
                least = error;
                best = range;
            }
        }
        ValueRange both = best;
        for (int i = STEPS; i > 0; i--) {
            float share = (float) i / STEPS;
            for (ValueRange range :
                    new ValueRange[] {
                        new ValueRange(Math.min(all.low() * share, both.high()), both.high()),
                        new ValueRange(both.low(), Math.max(all.high() * share, both.low()))
                    }) {
                double error = error(range);
                if (error < least) {
                    least = error;
                    best = range;
                }
            }
        }
        return best;
    }

    /** The sum of squared errors on the grid over {@code range}. */
    double error(ValueRange range) {
        Grid grid = symmetric ? Grid.symmetric(range) : Grid.over(range);
        double[] sum = {0};
        histogram.forEachBin(
                (centre, count) -> {
                    double error = centre - grid.dequantize(grid.quantize((float) centre));
                    sum[0] += count * error * error;
                });
        return sum[0];
    }

    public ValueRange entropy() {
        double[] counts = histogram.nonZeroCounts();
        int half = counts.length / 2;
        int used = used(counts);
        int best = used;
        double least = Double.POSITIVE_INFINITY;
        // From the widest on, and a narrower one has to be better.
        int step = Math.max(1, used / LEVELS);
        for (int bins = used; bins >= Math.min(used, LEVELS / 2) && bins > 0; bins -= step) {
            double divergence = divergence(counts, half - bins, half + bins);
            if (divergence < least) {
                least = divergence;
                best = bins;
            }
        }
        ValueRange all = histogram.minMax();
        float threshold = (float) (best * histogram.binWidth());
        return threshold > 0 ? all.clipped(-threshold, threshold) : all;
    }

    /** How many bins on the fuller side lie between zero and the last that is not empty. */
    private static int used(double[] counts) {
        int half = counts.length / 2;
        for (int bins = half; bins > 0; bins--) {
            if (counts[half - bins] > 0 || counts[half + bins - 1] > 0) {
                return bins;
            }
        }
        return 0;
    }

    /** Of the bins {@code from..to} with all beyond counted into the outermost. */
    private double divergence(double[] counts, int from, int to) {
        double[] cut = java.util.Arrays.copyOfRange(counts, from, to);
        double below = 0;
        double above = 0;
        for (int i = 0; i < from; i++) {
            below += counts[i];
        }
        for (int i = to; i < counts.length; i++) {
            above += counts[i];
        }
        boolean oneSided = histogram.minMax().low() >= 0 && !symmetric;
        int begin = oneSided ? cut.length / 2 : 0;
        double[] image = image(cut, begin);
        cut[begin] += below;
        cut[cut.length - 1] += above;
        return divergence(cut, image);
    }

    /**
     * What the levels of a grid keep of {@code counts}: each level's count, spread over its bins.
     */
    private static double[] image(double[] counts, int begin) {
        double[] image = new double[counts.length];
        int bins = counts.length - begin;
        for (int level = 0; level < LEVELS; level++) {
            int from = begin + (int) ((long) level * bins / LEVELS);
            int to = begin + (int) ((long) (level + 1) * bins / LEVELS);
            double sum = 0;
            int filled = 0;
            for (int i = from; i < to; i++) {
                sum += counts[i];
                filled += counts[i] > 0 ? 1 : 0;
            }
            for (int i = from; i < to; i++) {
                image[i] = counts[i] > 0 ? sum / filled : 0;
            }
        }
        return image;
    }

    private static double divergence(double[] p, double[] q) {
        double sumP = 0;
        double sumQ = 0;
        for (int i = 0; i < p.length; i++) {
            sumP += p[i];
            sumQ += q[i];
        }
        if (sumP == 0 || sumQ == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double divergence = 0;
        for (int i = 0; i < p.length; i++) {
            if (p[i] > 0) {
                // A bin that only what was cut off fills; half a count keeps the term finite.
                double other = q[i] > 0 ? q[i] : 0.5;
                divergence += p[i] / sumP * Math.log(p[i] * sumQ / (other * sumP));
            }
        }
        return divergence;
    }
}
