package dev.espalier.quantize.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import org.junit.jupiter.api.Test;

/** What {@link Quantize} makes of a BERT-like encoder. */
class StaticEncoderTest {
    private static final Quantize QUANTIZE =
            Options.defaults(Quantize.class).withCalibration(Calibration.MIN_MAX);

    private static Model quantized(Model model, Integers integers) {
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model made = QUANTIZE.withIntegers(integers).apply(model, context);

        assertThat(Comparison.cosine(model, made, context)).isGreaterThan(0.99);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .hasSize(4)
                .allMatch(text -> text.contains("computed at run time"));
        return made;
    }

    @Test
    void productsRunOnIntegersAndNormalizationTakesTheBiasBeforeIt() {
        Model made = quantized(Encoder.exported(), Options.defaults(Integers.class));

        // Query, key and value keep a sum each; so do mask and positions.
        assertThat(Comparison.optimized(made))
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 12L)
                .containsEntry("com.microsoft.QGemm", 2L)
                .containsEntry("com.microsoft.SkipLayerNormalization", 4L)
                .containsEntry("com.microsoft.BiasGelu", 2L)
                .containsEntry("Add", 9L)
                .doesNotContainKeys("DequantizeLinear", "Gemm");
    }

    @Test
    void integerProductsTakeTheirBiasAlong() {
        Integers operators = Options.defaults(Integers.class).withFormat(Integers.Format.QOPERATOR);
        Model made = quantized(Encoder.exported(), operators);

        assertThat(Comparison.optimized(made))
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 12L)
                .containsEntry("Add", 3L)
                .doesNotContainKeys("DequantizeLinear", "Gemm");
    }

    @Test
    void fusedOperatorsDoSoToo() {
        Model made = quantized(Encoder.withFusedOperators(), Options.defaults(Integers.class));

        assertThat(Comparison.optimized(made))
                .containsEntry("com.microsoft.MatMulIntegerToFloat", 12L)
                .doesNotContainKeys("DequantizeLinear", "Gemm");
    }
}
