package dev.espalier.core.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a comparison of two models comes to, in ratios and in words. Speed-up = old / new; size
 * ratio = old / new; a drop is old - new of a metric.
 *
 * @param before of the original
 * @param after of the result
 */
public record Verdict(ModelFacts before, ModelFacts after) {
    /** Two figures that print alike are called alike. */
    private static final double ALIKE = 0.02;

    private static final double SMALLEST_DROP = 0.00005;

    public static Verdict of(CompressionReport report) {
        return new Verdict(report.original(), report.result());
    }

    public double sizeRatio() {
        return ratio(before.bytes(), after.bytes());
    }

    /** NaN where not every layer of both was counted: a ratio of parts says nothing. */
    public double macsRatio() {
        return before.uncounted() > 0 || after.uncounted() > 0
                ? Double.NaN
                : ratio(before.macs(), after.macs());
    }

    public double parametersRatio() {
        return ratio(before.parameters(), after.parameters());
    }

    /** At the first setting that both were measured at. */
    public Optional<SpeedUp> speedUp() {
        return speedUps().stream().findFirst();
    }

    /** At each setting that both were measured at. */
    public List<SpeedUp> speedUps() {
        return before.latencyPairs(after).stream().map(SpeedUp::of).toList();
    }

    /** Both models' latency at the first setting that both were measured at. */
    public Optional<List<LatencyResult>> latency() {
        return before.latencyPairs(after).stream().findFirst();
    }

    /** The metric that the verdict speaks of: top-1 or else the first ratio both have. */
    public Optional<String> mainMetric() {
        return before.metrics().keySet().stream()
                .filter(after.metrics()::containsKey)
                .filter(after::isRatio)
                .min((a, b) -> Boolean.compare(b.equals("top1"), a.equals("top1")));
    }

    /** Old - new of the main metric, as a ratio. */
    public OptionalDouble drop() {
        Optional<String> metric = mainMetric();
        return metric.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        before.metrics().get(metric.get()) - after.metrics().get(metric.get()));
    }

    /**
     * Half width of the 95 % interval of a ratio that was found on {@code samples} independent
     * examples: {@code 1.96 sqrt(p (1 - p) / n)}.
     */
    public static double halfWidth(double ratio, long samples) {
        return 1.96 * Math.sqrt(Math.max(0, ratio * (1 - ratio)) / samples);
    }

    /** {@code 3.93× faster, 6.33× smaller, 1.02 points less accurate}. */
    public String words() {
        List<String> words = new ArrayList<>();
        speedUp().ifPresent(speedUp -> words.add(speedUp.words()));
        words.add(comparison(sizeRatio(), "smaller", "larger", "as large as before"));
        if (latency().isEmpty() && Double.isFinite(macsRatio())) {
            words.add(comparison(macsRatio(), "fewer MACs", "more MACs", "as many MACs"));
        }
        drop().ifPresent(drop -> words.add(dropWords(mainMetric().orElseThrow(), drop)));
        return String.join(", ", words);
    }

    /**
     * {@code ratio} in words, such as {@code 3.93× smaller}.
     *
     * @param ratio old / new
     * @param more the word where it is over 1
     * @param less the word where it is under 1
     * @param alike all that is said where the two are the same
     */
    public static String comparison(double ratio, String more, String less, String alike) {
        if (!Double.isFinite(ratio) || Math.abs(ratio - 1) < ALIKE) {
            return alike;
        }
        return ratio > 1
                ? Figures.times(ratio) + " " + more
                : Figures.times(1 / ratio) + " " + less;
    }

    private static String dropWords(String metric, double drop) {
        if (!metric.startsWith("top")) {
            return metric + (drop == 0 ? " as before" : " " + Figures.points(0 - drop));
        }
        if (!Double.isFinite(drop)) {
            return "accuracy unknown";
        }
        if (Math.abs(drop) < SMALLEST_DROP) {
            return "just as accurate";
        }
        return String.format(
                Locale.ROOT,
                "%.2f points %s accurate",
                Math.abs(drop) * 100,
                drop > 0 ? "less" : "more");
    }

    private static double ratio(long old, long now) {
        return now == 0 ? Double.NaN : (double) old / now;
    }
}
