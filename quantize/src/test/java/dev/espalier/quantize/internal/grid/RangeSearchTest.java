package dev.espalier.quantize.internal.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RangeSearchTest {
    private static Histogram of(float... values) {
        Histogram histogram = new Histogram();
        histogram.add(values);
        return histogram;
    }

    /** Normally distributed values, rectified or not, and one far off. */
    private static Histogram normal(boolean rectified, float outlier) {
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[20_000];
        for (int i = 0; i < values.length; i++) {
            float x = (float) random.nextGaussian();
            values[i] = rectified ? Math.max(x, 0) : x;
        }
        Histogram histogram = of(outlier);
        for (int i = 0; i < 100; i++) {
            histogram.add(values);
        }
        return histogram;
    }

    @Test
    void valuesThatFillTheirRangeEvenlyKeepAllOfIt() {
        float[] even = new float[1001];
        for (int i = 0; i < even.length; i++) {
            even[i] = i / 100f - 5;
        }
        Histogram histogram = of(even);

        assertThat(new RangeSearch(histogram, false).leastSquares()).isEqualTo(histogram.minMax());
        assertThat(new RangeSearch(histogram, false).entropy()).isEqualTo(histogram.minMax());
    }

    @Test
    void oneFarValueIsCutOff() {
        for (boolean rectified : new boolean[] {true, false}) {
            Histogram histogram = normal(rectified, 40);
            ValueRange squares = new RangeSearch(histogram, false).leastSquares();
            ValueRange entropy = new RangeSearch(histogram, false).entropy();

            assertThat(squares.high()).isBetween(2.5f, 39f);
            assertThat(entropy.high()).isBetween(2.5f, 12f);
            assertThat(squares.low()).isEqualTo(rectified ? 0 : squares.low());
            assertThat(entropy.low()).isEqualTo(rectified ? 0 : entropy.low());
        }
    }

    @Test
    void theErrorIsThatOfRoundingAndCutting() {
        // On the grid 0, 1, .. 255, the bins' centres are off by half of a bin, 1/16.
        Histogram histogram = of(0, 0, 100, 255);
        double bin = histogram.binWidth();
        RangeSearch search = new RangeSearch(histogram, false);

        assertThat(bin).isEqualTo(0.125);
        assertThat(search.error(new ValueRange(0, 255)))
                .isCloseTo(2 * (bin / 2) * (bin / 2), within(1e-4));
        assertThat(search.error(new ValueRange(0, 100)))
                .isCloseTo((155 + bin / 2) * (155 + bin / 2), within(1e-1));
    }

    @Test
    void noRangeHasALesserErrorThanTheOneFound() {
        Histogram histogram = normal(false, 9);
        RangeSearch search = new RangeSearch(histogram, false);
        double least = search.error(search.leastSquares());
        ValueRange all = histogram.minMax();

        for (int i = 1; i <= 64; i++) {
            float share = i / 64f;
            assertThat(search.error(new ValueRange(all.low() * share, all.high() * share)))
                    .isGreaterThanOrEqualTo(least);
        }
    }

    @Test
    void zerosAloneHaveTheRangeZero() {
        Histogram histogram = of(0, 0, 0);

        assertThat(new RangeSearch(histogram, false).leastSquares())
                .isEqualTo(new ValueRange(0, 0));
        assertThat(new RangeSearch(histogram, false).entropy()).isEqualTo(new ValueRange(0, 0));
    }

    @Test
    void oneValueHasTheRangeOfThatValue() {
        Histogram histogram = of(3);

        assertThat(new RangeSearch(histogram, false).leastSquares())
                .isEqualTo(new ValueRange(3, 3));
        assertThat(new RangeSearch(histogram, false).entropy()).isEqualTo(new ValueRange(3, 3));
    }
}
