package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.train.loss.SoftTargets;
import org.junit.jupiter.api.Test;

/** Expected values: the formulas in float64, gradients by central differences. */
class SoftTargetsTest {
    @Test
    void isTheDivergenceAtTemperatureTimesItsSquare() {
        LossProbe found = LossProbe.onScores(new SoftTargets(4), 1);
        assertThat(found.loss()).isCloseTo(1.1405332512025, within(1e-6));
        found.assertGradientOfScores(
                -0.169789297854,
                0.256140428522,
                -0.223548075528,
                0.137196944882,
                0.100397686808,
                -0.192794419529,
                0.212541904831,
                -0.120145172299);
    }

    @Test
    void averagesTheProbabilitiesOfSeveralTeachers() {
        assertThat(LossProbe.onScores(new SoftTargets(4), 2).loss())
                .isCloseTo(0.8240430635069, within(1e-6));
    }

    @Test
    void readsNoLabels() {
        assertThat(new SoftTargets(4).truth()).isEqualTo(dev.espalier.train.program.Truth.NONE);
    }
}
