package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void showsThreeDigitsAndADecimalPrefix() {
        assertThat(Figures.bytes(0)).isEqualTo("0 B");
        assertThat(Figures.bytes(999)).isEqualTo("999 B");
        assertThat(Figures.bytes(1_084_420)).isEqualTo("1.08 MB");
        assertThat(Figures.bytes(999_600)).isEqualTo("1.00 MB");
        assertThat(Figures.count(40_551_808)).isEqualTo("40.6 M");
        assertThat(Figures.count(10)).isEqualTo("10");
        assertThat(Figures.micros(842.5)).isEqualTo("843 µs");
        assertThat(Figures.micros(12_310)).isEqualTo("12.3 ms");
        assertThat(Figures.micros(7.123)).isEqualTo("7.12 µs");
        assertThat(Figures.micros(Double.NaN)).isEqualTo("–");
        assertThat(Figures.times(9.996)).isEqualTo("10.0×");
    }

    @Test
    void showsLongTimesInMinutesAndHours() {
        assertThat(Figures.seconds(0.2)).isEqualTo("200 ms");
        assertThat(Figures.seconds(59.9)).isEqualTo("59.9 s");
        assertThat(Figures.seconds(1290)).isEqualTo("21 min 30 s");
        assertThat(Figures.seconds(3599.7)).isEqualTo("1 h 00 min");
    }

    @Test
    void showsRatiosAsPercentAndDifferencesAsPoints() {
        assertThat(Figures.metric("top1", 0.9173)).isEqualTo("91.73 %");
        assertThat(Figures.metric("loss", 0.30001)).isEqualTo("0.3");
        assertThat(Figures.points(-0.0102)).isEqualTo("−1.02 points");
        assertThat(Figures.points(0.00001)).isEqualTo("0.00 points");
        assertThat(Figures.plain(1.5)).isEqualTo("1.5");
        assertThat(Figures.plain(3)).isEqualTo("3");
        assertThat(Figures.plain(3.1e-6)).isEqualTo("3.100e-06");
    }
}
