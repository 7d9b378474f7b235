package dev.espalier.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.regime.ScheduleSettings;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingPlanTest {
    private static TrainingPlan plan(int epochs, double warmup) {
        return new TrainingPlan(
                epochs,
                0.4,
                Options.defaults(Regime.class)
                        .withSchedule(
                                Options.defaults(ScheduleSettings.class)
                                        .withWarmup(Optional.of(warmup))));
    }

    @Test
    void risesLinearlyThenFallsAlongHalfACosine() {
        TrainingPlan plan = plan(5, 1);
        assertThat(plan.rate(0, 10)).isCloseTo(0.04, within(1e-12));
        assertThat(plan.rate(9, 10)).isCloseTo(0.4, within(1e-12));
        assertThat(plan.rate(10, 10)).isCloseTo(0.4, within(1e-12));
        assertThat(plan.rate(30, 10)).isCloseTo(0.2, within(1e-12));
        assertThat(plan.rate(49, 10)).isBetween(0.0, 0.001);
    }

    @Test
    void fallsFromTheFirstStepWithoutWarmup() {
        assertThat(plan(2, 0).rate(0, 10)).isCloseTo(0.4, within(1e-12));
        assertThat(plan(2, 0).rate(10, 10)).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void aWarmupLongerThanTrainingOnlyRises() {
        assertThat(plan(2, 5).rate(0, 10)).isCloseTo(0.02, within(1e-12));
        assertThat(plan(2, 5).rate(19, 10)).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void refusesNegativeLengths() {
        assertThatThrownBy(() -> plan(-1, 0)).isInstanceOf(InvalidOptionException.class);
    }
}
