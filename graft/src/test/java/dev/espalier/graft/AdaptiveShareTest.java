package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdaptiveShareTest {
    @ParameterizedTest
    @CsvSource({
        "500, -1, 0.30",
        "500, -0.01, 0.33",
        "500, -0.001, 0.44",
        "500, 0, 0.50",
        "500, 0.0005, 0.53",
        "500, 0.001, 0.56",
        "500, 0.002, 0.60",
        "500, 0.005, 0.65",
        "500, 0.01, 0.67",
        "500, 0.1, 0.70",
        "5, 0.01, 0.51",
        "5, 0.1, 0.56",
        "5, 1, 0.67",
        "1, 0.1, 0.51",
        "1, 1, 0.60",
    })
    void isThePublishedOne(double steepness, double difference, double share) {
        assertThat(new AdaptiveShare(0.4, steepness, 2).of(2 + difference, 2)).isEqualTo(share);
    }

    @Test
    void isSymmetricAboutAHalfAndWithinTheAmplitude() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 1000; i++) {
            double amplitude = random.nextDouble();
            AdaptiveShare share = new AdaptiveShare(amplitude, random.nextDouble(0, 1000), -1);
            double own = random.nextDouble(0, 3);
            double donor = random.nextDouble(0, 3);

            double kept = share.of(own, donor);

            assertThat(kept + share.of(donor, own)).isCloseTo(1, within(1e-12));
            assertThat(kept).isBetween(0.5 - amplitude / 2, 0.5 + amplitude / 2);
            assertThat(share.of(own, own)).isEqualTo(0.5);
        }
    }
}
