package dev.espalier.core.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelStepsTest {
    private static final int[] WIDTHS = {
        8, 10, 12, 16, 18, 20, 22, 24, 28, 30, 32, 36, 40, 44, 48, 56, 64, 80, 96, 112, 128
    };

    private static Map<Integer, Double> times(IntToDoubleFunction micros) {
        Map<Integer, Double> times = new TreeMap<>();
        for (int width : WIDTHS) {
            times.put(width, micros.applyAsDouble(width));
        }
        return times;
    }

    private static double blocks(int width, int step) {
        return Math.ceil((double) width / step);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16, 32})
    void aKernelOfBlocksHasTheirStep(int step) {
        assertThat(ChannelSteps.of(times(c -> Math.pow(blocks(c, step), 2)), 2)).hasValue(step);
        assertThat(ChannelSteps.of(times(c -> blocks(c, step)), 1)).hasValue(step);
    }

    @Test
    void timeThatFollowsOperationsHasNone() {
        assertThat(ChannelSteps.of(times(c -> c * c), 2)).hasValue(1);
        assertThat(ChannelSteps.of(times(c -> c), 1)).hasValue(1);
    }

    /** What every layer costs besides is no step. */
    @Test
    void aConstantPartLeavesTheStep() {
        assertThat(ChannelSteps.of(times(c -> 2 + Math.pow(blocks(c, 16), 2)), 2)).hasValue(16);
        assertThat(ChannelSteps.of(times(c -> 10 + c * c), 2)).hasValue(1);
    }

    /** Operations that count for more than half of the time make odd widths pay. */
    @Test
    void aStepIsWhereOddWidthsSaveLessThanHalf() {
        assertThat(
                        ChannelSteps.of(
                                times(c -> 0.7 * c * c + 0.3 * 256 * Math.pow(blocks(c, 16), 2)),
                                2))
                .hasValue(1);
        assertThat(
                        ChannelSteps.of(
                                times(c -> 0.3 * c * c + 0.7 * 256 * Math.pow(blocks(c, 16), 2)),
                                2))
                .hasValue(16);
    }

    /** Microseconds of a 3x3 layer on a map of 16x16, an AMD EPYC with AVX2 alone. */
    @Test
    void withAvx2FloatStepsInEightsAndIntegersInSixteens() {
        Map<Integer, Double> floats = Map.of(16, 18.0, 20, 31.0, 24, 31.0, 28, 50.0, 32, 50.0);
        assertThat(ChannelSteps.of(new TreeMap<>(floats), 2)).hasValue(8);
        Map<Integer, Double> integers =
                Map.of(8, 12.5, 12, 17.4, 16, 12.0, 24, 24.7, 32, 31.0, 48, 61.7, 64, 104.0);
        assertThat(ChannelSteps.of(new TreeMap<>(integers), 2)).hasValue(16);
    }

    /** The same on a map of 32x32, an Intel Xeon with AVX-512 VNNI. */
    @Test
    void withAvx512AndVnniBothStepInSixteens() {
        Map<Integer, Double> floats =
                Map.of(
                        8, 29.3, 12, 44.6, 16, 47.8, 20, 143.3, 24, 144.2, 32, 123.5, 48, 264.8, 64,
                        470.0, 96, 1069.7, 128, 1871.1);
        assertThat(ChannelSteps.of(new TreeMap<>(floats), 2)).hasValue(16);
        Map<Integer, Double> integers =
                Map.of(
                        8, 38.6, 12, 41.1, 16, 27.8, 20, 36.9, 24, 40.2, 32, 48.2, 48, 81.3, 64,
                        131.8, 96, 295.2, 128, 480.0);
        assertThat(ChannelSteps.of(new TreeMap<>(integers), 2)).hasValue(16);
    }

    @Test
    void oneDisturbedWidthOfFourChangesNothing() {
        Map<Integer, Double> times = times(c -> Math.pow(blocks(c, 16), 2));
        for (int width : new int[] {16, 24, 48, 56, 64}) {
            Map<Integer, Double> disturbed = new TreeMap<>(times);
            disturbed.computeIfPresent(width, (c, micros) -> 3 * micros);
            assertThat(ChannelSteps.of(disturbed, 2)).as("at " + width).hasValue(16);
        }
    }

    /** Odd widths have a kernel of another kind, as in ONNX Runtime's of 16 channels. */
    @Test
    void widthsThatAreSlowerThanTheNextMultipleAreNoWorthEither() {
        assertThat(ChannelSteps.of(times(c -> c % 16 == 0 ? c * c : c % 2 == 0 ? 2 * c * c : c), 2))
                .hasValue(16);
    }

    @Test
    void tooFewWidthsTellNothing() {
        assertThat(ChannelSteps.of(Map.of(), 2)).isEmpty();
        assertThat(ChannelSteps.of(Map.of(16, 1.0, 64, 2.0), 2)).isEmpty();
    }
}
