package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.internal.saturation.SaturatingRunTest;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.Target;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.RandomSamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForecastSaturationTest {
    private static PassContext forecast(Model model) {
        PassContext context = RandomSamples.context(model, SaturatingRunTest.RUNNER);
        assertThat(new ForecastSaturation(16).apply(model, context)).isSameAs(model);
        return context;
    }

    @ParameterizedTest
    @EnumSource(Integers.Format.class)
    void theForecastIsOfTheWholeNetworkAndChangesNothing(Integers.Format format) {
        Integers integers =
                Options.defaults(Integers.class).withFormat(format).withTarget(Target.VNNI);
        Model model = SaturatingRunTest.quantized(RandomGraphs.cnn(2), integers);

        assertThat(forecast(model).notes())
                .anyMatch(note -> note.startsWith("sums of ") && note.contains("can saturate"))
                .anyMatch(
                        note ->
                                note.startsWith("on x86 CPUs without VNNI instructions, the class")
                                        && note.contains("of 16 examples"));
    }

    @Test
    void aFloatModelAndAFileForAnyCpuHaveNothingToForecast() {
        Model model = RandomGraphs.cnn(2);

        assertThat(forecast(model).notes())
                .containsExactly("no layer multiplies 8-bit integers: nothing can saturate");
        assertThat(
                        forecast(
                                        SaturatingRunTest.quantized(
                                                model, Options.defaults(Integers.class)))
                                .notes())
                .hasSize(1)
                .allMatch(note -> note.startsWith("proved for all "));
    }
}
