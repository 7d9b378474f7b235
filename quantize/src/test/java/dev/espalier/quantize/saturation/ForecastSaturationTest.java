package dev.espalier.quantize.saturation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.DirectContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.quantize.Calibration;
import dev.espalier.quantize.Integers;
import dev.espalier.quantize.Quantize;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.RandomSamples;
import org.junit.jupiter.api.Test;

class ForecastSaturationTest {
    @Test
    void theForecastIsOfTheWholeNetworkAndChangesNothing() {
        Model model = SaturatingRunTest.quantized(RandomGraphs.cnn(2), 8);
        DirectContext context = RandomSamples.context(model, SaturatingRunTest.RUNNER);

        assertThat(new ForecastSaturation(16).apply(model, context)).isSameAs(model);
        assertThat(context.notes())
                .anyMatch(
                        note ->
                                note.startsWith("on x86 CPUs without VNNI instructions, the class")
                                        && note.contains("of 16 examples"));
    }

    @Test
    void aFloatModelAndWeightsOf7BitsHaveNothingToForecast() {
        Model model = RandomGraphs.cnn(2);
        DirectContext context = RandomSamples.context(model, SaturatingRunTest.RUNNER);
        new ForecastSaturation(16).apply(model, context);
        new ForecastSaturation(16).apply(SaturatingRunTest.quantized(model, 7), context);

        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("no layer multiplies unsigned by signed bytes"))
                .anyMatch(note -> note.startsWith("nothing can saturate: no two neighbouring"));
    }

    @Test
    void integerOperatorsAreNotForecastAndThatIsSaid() {
        Model model = RandomGraphs.cnn(2);
        DirectContext context = RandomSamples.context(model, SaturatingRunTest.RUNNER);
        Integers integers =
                new Integers(
                        Integers.Format.QOPERATOR,
                        Integers.Activations.U8,
                        8,
                        true,
                        Integers.Target.ANY,
                        false);
        Model written = Quantize.int8(Calibration.MIN_MAX).with(integers).apply(model, context);

        assertThat(new ForecastSaturation(16).apply(written, context)).isSameAs(written);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(line -> line.contains("are not forecast"));
    }
}
