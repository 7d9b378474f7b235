package dev.espalier.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static Tensor rows(int width, float... numbers) {
        return Tensor.ofFloats(Shape.of(numbers.length / width, width), numbers);
    }

    private static OutputBatch compared(Tensor[] found, Tensor[] original) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        Map<String, Tensor> originals = new LinkedHashMap<>();
        for (int i = 0; i < found.length; i++) {
            outputs.put("y" + i, found[i]);
        }
        for (int i = 0; i < original.length; i++) {
            originals.put("z" + i, original[i]);
        }
        return new OutputBatch(
                outputs, new int[(int) found[0].shape().size(0)], Optional.empty(), originals);
    }

    private static double value(Metric metric, OutputBatch... batches) {
        Metric.Tally tally = metric.begin();
        for (OutputBatch batch : batches) {
            tally.add(batch);
        }
        return tally.value();
    }

    private static OutputBatch aimed(Tensor found, Tensor target) {
        return new OutputBatch(
                Map.of("y", found),
                new int[(int) found.shape().size(0)],
                Optional.of(target),
                Map.of());
    }

    /** Differences 1, 0, 3 and 4 in batches of unlike sizes. */
    @Test
    void errorsAreMeansOverAllNumbers() {
        OutputBatch first = aimed(rows(1, 1, 2, 3), rows(1, 2, 2, 0));
        OutputBatch second = aimed(rows(1, 4), rows(1, 8));
        assertThat(value(new MeanAbsoluteError(), first, second)).isEqualTo(2);
        assertThat(value(new RootMeanSquareError(), first, second))
                .isCloseTo(Math.sqrt(6.5), within(1e-12));
        assertThat(value(new MeanAbsoluteError(), aimed(rows(1, Float.NaN), rows(1, 0)))).isNaN();
    }

    @Test
    void targetsOfAnotherSizeAreRefused() {
        OutputBatch batch = aimed(rows(1, 1, 2), rows(2, 1, 2, 3, 4));
        assertThatThrownBy(() -> value(new MeanAbsoluteError(), batch))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the output 'y' is float[2,1], the targets are float[2,2]");
    }

    @Test
    void agreementIsThatOfTheWorstOutput() {
        Tensor same = rows(2, 0, 1, 1, 0);
        Tensor half = rows(2, 0, 1, 0, 1);
        Tensor[] original = {same, same, rows(1, 1, 2)};
        assertThat(
                        value(
                                new SameAnswers(),
                                compared(new Tensor[] {same, half, rows(1, 7, 7)}, original)))
                .isEqualTo(0.5);
        assertThat(value(new SameAnswers(), compared(original, original))).isEqualTo(1);
    }

    @Test
    void whatIsNoNumberAgreesWithNothing() {
        Tensor[] broken = {rows(2, Float.NaN, 1, 0, 1)};
        assertThat(value(new SameAnswers(), compared(broken, broken))).isEqualTo(0.5);
    }

    /** Squares 25 and 100 of signal, 1 and 1 of noise. */
    @Test
    void noiseIsThatOfTheWorstOutputAndBounded() {
        Tensor[] original = {rows(1, 3, 4), rows(1, 10, 0)};
        assertThat(
                        value(
                                new SignalToNoiseMetric(),
                                compared(new Tensor[] {rows(1, 3, 5), rows(1, 10, 1)}, original)))
                .isCloseTo(10 * Math.log10(25), within(1e-9));
        assertThat(value(new SignalToNoiseMetric(), compared(original, original))).isEqualTo(200);
    }

    @Test
    void otherOutputsCannotBeCompared() {
        Tensor[] one = {rows(1, 1)};
        Tensor[] two = {rows(1, 1), rows(1, 1)};
        Tensor[] wide = {rows(2, 1, 1)};
        assertThatThrownBy(() -> value(new SameAnswers(), compared(one, two)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the original has the outputs [z0, z1], this model has [y0]");
        assertThatThrownBy(() -> value(new SignalToNoiseMetric(), compared(one, wide)))
                .hasMessageContaining("the output 'y0' is float[1,1], of the original float[1,2]");
    }

    @Test
    void theRegistryKnowsServicesAndClasses() {
        MetricRegistry registry = MetricRegistry.load();
        assertThat(registry.ids())
                .containsExactly(
                        "agreement", "loss", "mae", "rmse", "signal-to-noise", "top1", "top5");
        assertThat(registry.isRatio("agreement")).isTrue();
        assertThat(registry.isRatio("mae")).isFalse();
        assertThat(registry.isHigherBetter("loss")).isFalse();
        assertThat(registry.isHigherBetter("top5")).isTrue();
    }

    @Test
    void anIdIsGivenOnce() {
        assertThatThrownBy(
                        () ->
                                MetricRegistry.of(
                                        List.of(new MeanAbsoluteError(), new MeanAbsoluteError())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has the metric id 'mae', which is taken by");
    }
}
