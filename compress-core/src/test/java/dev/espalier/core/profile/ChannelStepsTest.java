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

    /** Half of a block saves a third of what it should: an odd width pays. */
    @Test
    void aStepIsWhereOddWidthsSaveHardlyAnything() {
        assertThat(
                        ChannelSteps.of(
                                times(c -> 0.5 * c * c + 0.5 * 256 * Math.pow(blocks(c, 16), 2)),
                                2))
                .hasValue(1);
        assertThat(
                        ChannelSteps.of(
                                times(c -> 0.2 * c * c + 0.8 * 256 * Math.pow(blocks(c, 16), 2)),
                                2))
                .hasValue(16);
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
