package dev.espalier.core.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How many times as fast a model is as the one before, and what of that can be stood for on the
 * machine as it was.
 *
 * <p>Forks that ran next to each other are pairs; each pair gives one ratio old / new. The ratios
 * r(1) ≤ .. ≤ r(n) in order hold their true median between r(k) and r(n+1−k) with a probability of
 * {@code 1 − 2 P(B ≤ k−1)}, where B counts the heads of n fair coins: a sign test turned round,
 * which assumes nothing of how the noise is distributed. k is the largest with at least 95 %; that
 * takes six pairs, fewer give the whole range with less ({@link #confidence}). Forks and not calls
 * are counted, since what differs from one JVM to the next cannot be seen from within one (Kalibera
 * and Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013).
 *
 * <p>The interval is widened to {@link #speedup} where that lies outside, and to the ratio of the
 * fastest calls: other processes take the CPU from long calls more often than from short ones,
 * which shifts all pairs alike, so that no number of pairs shows it. The fastest calls were let
 * alone.
 *
 * @param threads of the setting
 * @param batch of the setting
 * @param speedup median latency of the old model / that of the new one
 * @param low end of the interval; {@code speedup} itself where there are no two pairs
 * @param high end of the interval; likewise
 * @param pairs forks of one model that have one of the other beside them
 */
public record SpeedUp(int threads, int batch, double speedup, double low, double high, int pairs) {
    /** An interval is wide, and worth another round, where its ends differ by more than this. */
    public static final double WIDE = 1.15;

    /** Pairs with which an interval of {@link #CONFIDENCE} begins to exist. */
    public static final int LEAST_PAIRS = 6;

    private static final double CONFIDENCE = 0.95;

    /** What is this close to 1 is no difference that anybody would care for. */
    private static final double ALIKE = 0.02;

    private static final String BUSY = " (the machine was too busy to say more)";

    /**
     * @param pair the old and the new model at one setting
     */
    public static SpeedUp of(List<LatencyResult> pair) {
        LatencyResult before = pair.get(0);
        LatencyResult after = pair.get(1);
        double speedup = before.p50Micros() / after.p50Micros();
        List<Double> ratios = ratios(before.forkP50Micros(), after.forkP50Micros());
        int n = ratios.size();
        if (n < 2) {
            return new SpeedUp(before.threads(), before.batch(), speedup, speedup, speedup, n);
        }
        int cut = cut(n);
        double fastest = before.minMicros() / after.minMicros();
        double other = Double.isFinite(fastest) && fastest > 0 ? fastest : speedup;
        return new SpeedUp(
                before.threads(),
                before.batch(),
                speedup,
                Math.min(ratios.get(cut), Math.min(speedup, other)),
                Math.max(ratios.get(n - 1 - cut), Math.max(speedup, other)),
                n);
    }

    /** In order; none where the forks are no pairs. */
    private static List<Double> ratios(List<Double> before, List<Double> after) {
        List<Double> ratios = new ArrayList<>();
        if (before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                ratios.add(before.get(i) / after.get(i));
            }
        }
        ratios.sort(null);
        return ratios;
    }

    /** How many ratios may be left out at each end. */
    private static int cut(int pairs) {
        int cut = 0;
        while (confidence(pairs, cut + 1) >= CONFIDENCE) {
            cut++;
        }
        return cut;
    }

    /** That the median lies within what is left when {@code cut} of each end are left out. */
    private static double confidence(int pairs, int cut) {
        double ways = 1;
        double outside = 0;
        for (int heads = 0; heads <= cut; heads++) {
            outside += ways;
            ways = ways * (pairs - heads) / (heads + 1);
        }
        return 1 - outside * Math.pow(0.5, pairs - 1);
    }

    /** Probability with which the interval holds the true speed-up; 0 without two pairs. */
    public double confidence() {
        return pairs < 2 ? 0 : confidence(pairs, cut(pairs));
    }

    /** Whether the machine was too busy for one figure. */
    public boolean isWide() {
        return high > WIDE * low;
    }

    /** Whether the two models differ: what is said of them is at least 2 % from 1. */
    public boolean isDifference() {
        double said = !isWide() ? speedup : speedup > 1 ? low : high;
        return (low > 1 || high < 1) && Math.abs(said - 1) >= ALIKE;
    }

    /**
     * In a sentence: {@code 3.93× faster}, {@code at least 1.71× faster (the machine was too busy
     * to say more)} or {@code no difference in speed}.
     */
    public String words() {
        String words = isDifference() ? change() : "no difference in speed";
        return isWide() ? words + BUSY : words;
    }

    /** In two words: {@code 3.93× faster}, {@code at least 1.71× faster}, {@code no difference}. */
    public String change() {
        if (!isDifference()) {
            return "no difference";
        }
        double said = !isWide() ? speedup : speedup > 1 ? low : high;
        String times =
                said > 1 ? Figures.times(said) + " faster" : Figures.times(1 / said) + " slower";
        return isWide() ? "at least " + times : times;
    }

    /**
     * In a table: {@code 3.93× (3.90× to 3.95×)}, {@code at least 1.71×, at most 97.5×} or {@code
     * no difference (0.98× to 1.03×)}.
     */
    public String figures() {
        if (isWide() && isDifference()) {
            return "at least " + Figures.times(low) + ", at most " + Figures.times(high);
        }
        String middle = isDifference() ? Figures.times(speedup) : "no difference";
        return pairs < 2 ? middle : middle + " (" + range() + ")";
    }

    /** {@code 1.71× to 97.5×}. */
    public String range() {
        return Figures.times(low) + " to " + Figures.times(high);
    }

    /** How the interval was found: {@code 1.71× to 2.15× over 9 pairs of runs}. */
    public String origin() {
        return pairs < 2
                ? "measured once"
                : range() + " over " + pairs + " pairs of runs" + (isWide() ? BUSY : "");
    }
}
