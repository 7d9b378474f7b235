package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantized networks give nearly the outputs of the float ones, measured in ONNX Runtime. */
class AccuracyTest {
    /** Signal power over noise power; eight bits and some layers leave 20 to 40 dB. */
    private static final double LEAST_DECIBELS = 15;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void randomNetworksStayCloseToTheFloatOnes(long seed) {
        Model model = RandomGraphs.cnn(seed);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Quantize quantize = Options.defaults(Quantize.class).withCalibration(Calibration.MIN_MAX);

        Model quantized = quantize.apply(model, context);

        assertThat(context.skips()).as("seed %d", seed).isEmpty();
        assertThat(decibels(model, quantized, context))
                .as("seed %d", seed)
                .isGreaterThan(LEAST_DECIBELS);
        assertThat(quantized.graph().outputs()).isEqualTo(model.graph().outputs());
        assertThat(quantized.graph().inputs()).isEqualTo(model.graph().inputs());
    }

    @ParameterizedTest
    @EnumSource(Calibration.class)
    void oneScaleATensorAlsoWorks(Calibration calibration) {
        Model model = RandomGraphs.cnn(3, 2);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        Model quantized =
                Options.defaults(Quantize.class)
                        .withCalibration(calibration)
                        .withIntegers(Options.defaults(Integers.class).withPerChannel(false))
                        .apply(model, context);

        assertThat(decibels(model, quantized, context)).isGreaterThan(LEAST_DECIBELS);
    }

    private static double decibels(Model model, Model quantized, PassContext context) {
        Map<String, Tensor> inputs =
                context.data().test().batch(IntStream.range(0, 32).toArray()).inputs();
        try (var exact = context.runner().open(model);
                var rounded = context.runner().open(quantized)) {
            float[] a = exact.run(inputs).get("logits").toFloats();
            float[] b = rounded.run(inputs).get("logits").toFloats();
            double signal = 0;
            double noise = 0;
            for (int i = 0; i < a.length; i++) {
                signal += (double) a[i] * a[i];
                noise += (double) (a[i] - b[i]) * (a[i] - b[i]);
            }
            return 10 * Math.log10(signal / noise);
        }
    }
}
