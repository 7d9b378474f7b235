package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SpeedUpTest {
    private static LatencyResult latency(double p50, List<Double> forks) {
        return new LatencyResult(1, 1, p50, p50, 0, p50, p50, 100, forks);
    }

    /** Of a new model whose every fork takes 100 µs, and an old one with these ratios to it. */
    private static SpeedUp of(double... ratios) {
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        double median = (sorted[(ratios.length - 1) / 2] + sorted[ratios.length / 2]) / 2;
        return of(median, ratios);
    }

    private static SpeedUp of(double speedup, double[] ratios) {
        return SpeedUp.of(
                List.of(
                        latency(
                                100 * speedup,
                                DoubleStream.of(ratios).map(r -> 100 * r).boxed().toList()),
                        latency(100, Collections.nCopies(ratios.length, 100.0))));
    }

    @Test
    void theIntervalIsTheRangeUpToEightPairs() {
        SpeedUp six = of(2.0, 2.1, 2.05, 2.02, 2.04, 2.03);
        assertThat(six.low()).isCloseTo(2.0, within(1e-12));
        assertThat(six.high()).isCloseTo(2.1, within(1e-12));
        assertThat(six.confidence()).isCloseTo(1 - 2 / 64.0, within(1e-12));
        assertThat(of(1, 2, 3, 4, 5, 6, 7, 8).low()).isEqualTo(1);
    }

    @Test
    void withMorePairsOutliersAreLeftOutAtBothEnds() {
        SpeedUp nine = of(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(List.of(nine.low(), nine.high())).containsExactly(2.0, 8.0);
        // Tables of the sign test: 1 - 2 (1 + 9) / 512.
        assertThat(nine.confidence()).isCloseTo(0.9609375, within(1e-12));
        SpeedUp seventeen = of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
        assertThat(List.of(seventeen.low(), seventeen.high())).containsExactly(5.0, 13.0);
    }

    @Test
    void fewerThanSixPairsAreNotCalledSure() {
        assertThat(of(2, 2, 2, 2, 2).confidence()).isCloseTo(0.9375, within(1e-12));
        assertThat(of(2, 2, 2).confidence()).isCloseTo(0.75, within(1e-12));
        assertThat(of(2).confidence()).isZero();
        assertThat(of(2).figures()).isEqualTo("2.00×");
    }

    @Test
    void forksThatAreNoPairsGiveNoInterval() {
        SpeedUp speedUp =
                SpeedUp.of(List.of(latency(300, List.of(300., 10.)), latency(100, List.of(100.))));
        assertThat(speedUp).isEqualTo(new SpeedUp(1, 1, 3, 3, 3, 0));
        assertThat(speedUp.words()).isEqualTo("3.00× faster");
    }

    @Test
    void theIntervalHoldsTheRatioOfTheMedians() {
        SpeedUp speedUp = of(2.5, new double[] {2, 2, 2, 2, 2, 2});
        assertThat(List.of(speedUp.low(), speedUp.high())).containsExactly(2.0, 2.5);
    }

    @Test
    void theIntervalHoldsTheRatioOfTheFastestCallsWhichNobodyDisturbed() {
        List<Double> old = Collections.nCopies(6, 1000.0);
        List<Double> now = Collections.nCopies(6, 100.0);
        LatencyResult before = new LatencyResult(1, 1, 1000, 1000, 0, 1000, 250, 9, old);
        LatencyResult after = new LatencyResult(1, 1, 100, 100, 0, 100, 100, 9, now);
        // Long calls were interrupted, short ones were not.
        SpeedUp speedUp = SpeedUp.of(List.of(before, after));
        assertThat(speedUp.change()).isEqualTo("at least 2.50× faster");
        assertThat(SpeedUp.of(List.of(after, before)).change()).isEqualTo("at least 2.50× slower");

        LatencyResult unknown = new LatencyResult(1, 1, 100, 100, 0, 100, Double.NaN, 9, now);
        assertThat(SpeedUp.of(List.of(before, unknown)).words()).isEqualTo("10.0× faster");
    }

    @Test
    void saysTheMiddleOfANarrowInterval() {
        SpeedUp speedUp = of(2.45, 2.46, 2.46, 2.46, 2.46, 2.47);
        assertThat(speedUp.words()).isEqualTo("2.46× faster");
        assertThat(speedUp.figures()).isEqualTo("2.46× (2.45× to 2.47×)");
        assertThat(of(0.5, 0.5, 0.5, 0.5, 0.5, 0.5).words()).isEqualTo("2.00× slower");
    }

    @Test
    void saysOfAWideIntervalOnlyItsEndNextToOne() {
        SpeedUp busy = of(46.8, new double[] {1.71, 30, 46.8, 50, 60, 97.5});
        assertThat(busy.words())
                .isEqualTo("at least 1.71× faster (the machine was too busy to say more)");
        assertThat(busy.change()).isEqualTo("at least 1.71× faster");
        assertThat(busy.figures()).isEqualTo("at least 1.71×, at most 97.5×");
        SpeedUp slower = of(0.3, 0.4, 0.4, 0.4, 0.4, 0.5);
        assertThat(slower.change()).isEqualTo("at least 2.00× slower");
        assertThat(slower.figures()).isEqualTo("at least 0.30×, at most 0.50×");
    }

    @Test
    void saysNoDifferenceWhereTheIntervalHoldsOneOrAllButDoes() {
        assertThat(of(0.99, 1.04, 1.04, 1.04, 1.04, 1.06).words())
                .isEqualTo("no difference in speed");
        assertThat(of(1.01, 1.01, 1.01, 1.01, 1.01, 1.01).change()).isEqualTo("no difference");
        assertThat(of(1.01, 1.01, 1.01, 1.01, 1.01, 1.01).figures())
                .isEqualTo("no difference (1.01× to 1.01×)");
        assertThat(of(1.03, 1.03, 1.03, 1.03, 1.03, 1.04).change()).isEqualTo("1.03× faster");
        SpeedUp wide = of(0.6, 1.5, 2, 2, 2, 3);
        assertThat(wide.words())
                .isEqualTo("no difference in speed (the machine was too busy to say more)");
        // What could be said, "at least 1.00× faster", would say nothing.
        assertThat(of(1.001, 1.5, 2, 2, 2, 3).isDifference()).isFalse();
    }

    @Test
    void theIntervalHoldsTheTruthInNineteenOfTwentyWhateverTheNoise() {
        SplittableRandom random = new SplittableRandom(7);
        int runs = 4000;
        int held = 0;
        for (int run = 0; run < runs; run++) {
            double[] ratios = new double[6 + run % 12];
            for (int i = 0; i < ratios.length; i++) {
                // Median 2, and a long tail to one side.
                ratios[i] =
                        2 + Math.pow(-Math.log(random.nextDouble()), 3) - Math.pow(Math.log(2), 3);
            }
            SpeedUp speedUp = of(ratios);
            held += speedUp.low() <= 2 && speedUp.high() >= 2 ? 1 : 0;
        }
        assertThat(held / (double) runs).isBetween(0.95, 0.99);
    }
}
