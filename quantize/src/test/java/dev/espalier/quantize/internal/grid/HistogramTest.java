package dev.espalier.quantize.internal.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HistogramTest {
    private static final double[] SHARES = {1, 0.99999, 0.999, 0.99, 0.9, 0.6};

    @Property
    void theRangeDoesNotDependOnOrderOrBatches(
            @ForAll @Size(min = 1, max = 300) List<Float> values,
            @ForAll @IntRange(min = 1, max = 50) int batch,
            @ForAll long seed) {
        Histogram whole = of(values);
        List<Float> shuffled = new ArrayList<>(values);
        Collections.shuffle(shuffled, new Random(seed));
        Histogram parts = new Histogram();
        for (int i = 0; i < shuffled.size(); i += batch) {
            parts.add(floats(shuffled.subList(i, Math.min(i + batch, shuffled.size()))));
        }

        assertThat(parts.minMax()).isEqualTo(whole.minMax());
        for (double share : SHARES) {
            assertThat(parts.percentile(share)).isEqualTo(whole.percentile(share));
        }
    }

    @Property
    void aPercentileIsTheSortedValuesOwnUpToTheWidthOfABin(
            @ForAll @IntRange(min = 500, max = 3000) int count,
            @ForAll @Scale(6) @DoubleRange(min = 0.6, max = 0.999) double share,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextDouble() * 7 - 2);
        }
        Histogram histogram = new Histogram();
        histogram.add(values);
        Arrays.sort(values);
        int cut = (int) Math.floor((1 - share) * count);
        double bin = 2 * values[count - 1] / 2048;

        ValueRange range = histogram.percentile(share);

        assertThat((double) range.high())
                .isBetween(values[count - 1 - cut] - bin, values[count - 1 - cut] + bin);
        assertThat((double) range.low()).isBetween(values[cut] - bin, values[cut] + bin);
    }

    @Property
    void aPercentileIsNeverWiderThanWhatWasSeen(
            @ForAll @Size(min = 1, max = 100) List<Float> values,
            @ForAll @Scale(6) @DoubleRange(min = 0.51, max = 1) double share) {
        Histogram histogram = of(values);
        ValueRange all = histogram.minMax();
        ValueRange cut = histogram.percentile(share);

        assertThat(cut.low()).isGreaterThanOrEqualTo(all.low());
        assertThat(cut.high()).isLessThanOrEqualTo(all.high());
    }

    @Property
    void theWholeShareIsTheGreatestAndLeastValue(
            @ForAll @Size(min = 1, max = 100) List<Float> values) {
        Histogram histogram = of(values);

        assertThat(histogram.percentile(1)).isEqualTo(histogram.minMax());
        assertThat(histogram.minMax())
                .isEqualTo(new ValueRange(Collections.min(values), Collections.max(values)));
    }

    @Test
    void anOutlierIsCutOff() {
        Histogram histogram = new Histogram();
        float[] values = new float[100_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / (float) values.length;
        }
        values[17] = 100;
        histogram.add(values);

        assertThat(histogram.minMax().high()).isEqualTo(100f);
        assertThat((double) histogram.percentile(0.9999).high()).isBetween(0.9, 1.1);
    }

    @Test
    void valuesFromTheLeastToTheGreatestFloatAreCounted() {
        Histogram histogram = new Histogram();
        histogram.add(new float[] {Float.MIN_VALUE, -Float.MIN_VALUE});
        histogram.add(new float[] {Float.MAX_VALUE, -Float.MAX_VALUE});

        assertThat(histogram.minMax()).isEqualTo(new ValueRange(-Float.MAX_VALUE, Float.MAX_VALUE));
        assertThat(histogram.percentile(0.6).low()).isLessThanOrEqualTo(0);
    }

    @Test
    void onlyZerosAreARangeOfZero() {
        Histogram histogram = new Histogram();
        histogram.add(new float[1000]);

        assertThat(histogram.percentile(0.99)).isEqualTo(new ValueRange(0, 0));
    }

    @Test
    void zerosSeenBeforeOtherValuesCount() {
        Histogram histogram = new Histogram();
        histogram.add(new float[999]);
        histogram.add(new float[] {5});

        assertThat((double) histogram.percentile(0.99).high()).isLessThan(0.01);
    }

    @Test
    void aNumberThatIsNotFiniteIsRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Histogram().add(new float[] {0, bad}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Float.toString(bad));
        }
    }

    @Test
    void nothingIsNothing() {
        Histogram histogram = new Histogram();
        histogram.add(new float[0]);

        assertThat(histogram.isEmpty()).isTrue();
    }

    private static Histogram of(List<Float> values) {
        Histogram histogram = new Histogram();
        histogram.add(floats(values));
        return histogram;
    }

    private static float[] floats(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }
}
