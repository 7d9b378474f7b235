package dev.espalier.train.regime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.regime.ScheduleSettings.Kind;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class ScheduleSettingsTest {
    private static double[] curve(ScheduleSettings schedule, int epochs, int stepsPerEpoch) {
        double[] curve = new double[epochs * stepsPerEpoch];
        for (int step = 0; step < curve.length; step++) {
            curve[step] = schedule.share(step, stepsPerEpoch, epochs);
        }
        return curve;
    }

    @Property(tries = 300)
    void risesToTheHighestRateAndNeverAgain(
            @ForAll Kind kind,
            @ForAll @IntRange(min = 1, max = 40) int epochs,
            @ForAll @IntRange(min = 1, max = 30) int stepsPerEpoch,
            @ForAll @DoubleRange(min = 0, max = 50) double warmup) {
        double[] curve =
                curve(
                        Options.defaults(ScheduleSettings.class)
                                .withKind(kind)
                                .withWarmup(Optional.of(warmup)),
                        epochs,
                        stepsPerEpoch);
        double rising = Math.min(warmup, epochs) * stepsPerEpoch;
        for (int step = 0; step < curve.length; step++) {
            assertThat(curve[step]).isBetween(0.0, 1.0);
            if (step > 0 && step < rising) {
                assertThat(curve[step]).isGreaterThanOrEqualTo(curve[step - 1]);
            } else if (step > rising + 1) {
                assertThat(curve[step]).isLessThanOrEqualTo(curve[step - 1]);
            }
        }
        boolean stepsDownDuringWarmup = kind == Kind.STEP && warmup > 0.5 * epochs;
        if (!stepsDownDuringWarmup) {
            int top = Math.min(curve.length - 1, Math.max(0, (int) Math.ceil(rising) - 1));
            assertThat(curve[top]).isCloseTo(1, within(1e-9));
        }
    }

    @Property(tries = 100)
    void cosineAndOneCycleEndNearZero(
            @ForAll @IntRange(min = 2, max = 40) int epochs,
            @ForAll @IntRange(min = 20, max = 60) int stepsPerEpoch) {
        for (Kind kind : List.of(Kind.COSINE, Kind.ONE_CYCLE)) {
            double[] curve =
                    curve(
                            Options.defaults(ScheduleSettings.class).withKind(kind),
                            epochs,
                            stepsPerEpoch);
            assertThat(curve[curve.length - 1]).isLessThan(0.01);
        }
    }

    @Example
    void stepsComeAtTheMilestones() {
        double[] curve =
                curve(
                        Options.defaults(ScheduleSettings.class)
                                .withKind(Kind.STEP)
                                .withWarmup(Optional.of(1.0)),
                        8,
                        10);
        assertThat(curve[0]).isCloseTo(0.1, within(1e-12));
        assertThat(curve[39]).isEqualTo(1);
        assertThat(curve[40]).isCloseTo(0.1, within(1e-12));
        assertThat(curve[59]).isCloseTo(0.1, within(1e-12));
        assertThat(curve[60]).isCloseTo(0.01, within(1e-12));
    }

    @Example
    void oneCycleRisesFromATwentyFifthOverThreeTenths() {
        double[] curve =
                curve(Options.defaults(ScheduleSettings.class).withKind(Kind.ONE_CYCLE), 10, 100);
        assertThat(curve[0]).isCloseTo(0.04, within(1e-4));
        assertThat(curve[149]).isCloseTo(0.52, within(1e-12));
        assertThat(curve[299]).isCloseTo(1, within(1e-12));
        assertThat(curve[650]).isCloseTo(0.5, within(1e-12));
    }

    @Example
    void aConstantRateWithoutWarmupIsConstant() {
        assertThat(
                        curve(
                                Options.defaults(ScheduleSettings.class)
                                        .withKind(Kind.CONSTANT)
                                        .withWarmup(Optional.of(0.0)),
                                3,
                                4))
                .containsOnly(1);
    }

    @Example
    void refusesMilestonesThatDoNotRise() {
        assertThatThrownBy(
                        () ->
                                Options.defaults(ScheduleSettings.class)
                                        .withKind(Kind.STEP)
                                        .withMilestones(List.of(0.5, 0.5)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("milestones");
    }
}
