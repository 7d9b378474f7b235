package dev.espalier.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SignalToNoiseTest {
    private final SignalToNoise ratio = new SignalToNoise();

    @Test
    void addsUpAllThatIsAdded() {
        ratio.add(new float[] {3, 4}, new float[] {3, 3.5f});
        ratio.add(new float[] {0}, new float[] {0.5f});
        assertThat(ratio.signal()).isEqualTo(25);
        assertThat(ratio.noise()).isEqualTo(0.02);
        assertThat(ratio.decibels()).isCloseTo(16.9897, within(1e-4));
    }

    @Test
    void equalValuesAreAsNearAsItTells() {
        ratio.add(new float[] {1, -2}, new float[] {1, -2});
        assertThat(ratio.noise()).isZero();
        assertThat(ratio.decibels()).isEqualTo(200);
    }

    @Test
    void tenTimesTheNoiseIsTenDecibelsLess() {
        assertThat(SignalToNoise.decibels(0.01)).isCloseTo(20, within(1e-12));
        assertThat(SignalToNoise.decibels(0.1)).isCloseTo(10, within(1e-12));
    }
}
