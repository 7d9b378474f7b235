package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EntropyTest {
    private static final int BINS = 10;

    @Test
    void ofEvenlySpacedValuesMissesTheLargest() {
        float[] values = new float[20];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }

        assertThat(Entropy.of(values, BINS)).isCloseTo(2.222113, within(5e-7));
    }

    @Test
    void ofTwoValuesCountsTheSmallerOne() {
        float[] values = new float[20];
        for (int i = 10; i < values.length; i++) {
            values[i] = 1;
        }

        assertThat(Entropy.of(values, BINS)).isCloseTo(0.346574, within(5e-7));
    }

    @Test
    void ofAConstantIsZero() {
        assertThat(Entropy.of(new float[] {3, 3, 3}, BINS)).isZero();
        assertThat(Entropy.of(new float[0], BINS)).isZero();
    }

    @Test
    void isAtMostTheLogarithmOfTheBinsAndDoesNotDependOnScaleOrOffset() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 50; round++) {
            float[] values = new float[1000];
            float[] moved = new float[1000];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(1 << 12);
                moved[i] = 4 * values[i] - 512;
            }

            double entropy = Entropy.of(values, BINS);

            assertThat(entropy).isBetween(0.0, Math.log(BINS));
            assertThat(Entropy.of(moved, BINS)).isCloseTo(entropy, within(1e-12));
        }
    }
}
