package dev.espalier.quantize.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.DataSplits;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.QuantizeDynamic;
import dev.espalier.quantize.RoundWeights;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.internal.saturation.SaturatingRunner;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.quantize.option.Rounding;
import dev.espalier.quantize.option.Target;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each cause is planted, and has to be found; where there is none, nothing may be said. */
class DiagnosisTest {
    private static final String CNN =
            """
            opset 13
            graph (x: float[N,4,6,6]) -> (y: float[N,5])
            w: float[8,4,3,3] = seed(1)
            b: float[8] = seed(2)
            w2: float[8,8,3,3] = seed(3)
            v: float[5,8] = seed(4)
            c = Conv(x, w, b) {pads=[1,1,1,1]} as first
            r = Relu(c)
            c2 = Conv(r, w2) {pads=[1,1,1,1]} as second
            r2 = Relu(c2)
            g = GlobalAveragePool(r2)
            f = Flatten(g)
            y = Gemm(f, v) {transB=1} as last
            """;

    /** What lies under the mask is to be forgotten, and only that. */
    private static final String MASKED =
            """
            opset 13
            graph (x: float[N,4,6,6]) -> (y: float[N,5])
            w: float[4,4,3,3] = seed(1)
            b: float[4] = seed(2)
            zero: float[] = 0
            far: float[] = -1e9
            w2: float[8,4,3,3] = seed(3)
            v: float[5,8] = seed(4)
            c = Conv(x, w, b) {pads=[1,1,1,1]} as first
            l = Less(x, zero)
            m = Cast(l) {to=1}
            mm = Mul(m, far) as mask
            am = Add(c, mm) as masked
            mp = MaxPool(am) {kernel_shape=[2,2], strides=[2,2]}
            r = Relu(mp)
            c2 = Conv(r, w2) {pads=[1,1,1,1]} as second
            r2 = Relu(c2)
            g = GlobalAveragePool(r2)
            f = Flatten(g)
            y = Gemm(f, v) {transB=1} as last
            """;

    private static Quantize quantize(Integers.Format format) {
        return Options.defaults(Quantize.class)
                .withCalibration(Calibration.MIN_MAX)
                .withIntegers(Options.defaults(Integers.class).withFormat(format));
    }

    private static List<String> notes(String text, Pass pass, float calibration, float validation) {
        Model model = GraphText.parse(text);
        RandomSamples samples = RandomSamples.of(model, 32);
        ScaledSamples first = new ScaledSamples(samples, calibration, 0);
        ScaledSamples second = new ScaledSamples(samples, validation, 0);
        PassContext context =
                PassContext.of(model)
                        .withData(new DataSplits(first, first, second, second))
                        .withRunner(Runners.SINGLE);
        pass.apply(model, context);
        return context.notes();
    }

    private static String warning(List<String> notes) {
        return notes.stream().filter(note -> note.startsWith("warning: ")).findFirst().orElse("");
    }

    @ParameterizedTest
    @EnumSource
    void valuesBeyondTheCalibratedRangeAreFound(Integers.Format format) {
        assertThat(warning(notes(CNN, quantize(format), 1, 20)))
                .contains("input 'x' contributes most")
                .contains("range of its 8 bits")
                .contains("clipped")
                .contains("another calibration");
    }

    @ParameterizedTest
    @EnumSource
    void aRangeThatIsMuchTooWideIsFound(Integers.Format format) {
        assertThat(warning(notes(CNN, quantize(format), 150, 1)))
                .contains("range of its 8 bits")
                .contains("so wide that 90 %")
                .contains("another calibration");
    }

    @ParameterizedTest
    @EnumSource
    void anAddOfFarRangesIsFound(Integers.Format format) {
        Quantize pass =
                quantize(format)
                        .withKeepFloat(Options.defaults(KeepFloat.class).withFarRanges(false));
        assertThat(warning(notes(MASKED, pass, 1, 1)))
                .contains("Add 'masked' contributes most")
                .contains("far ranges")
                .contains("and 1.00e+09")
                .contains("far-ranges: true");
    }

    @Test
    void roundingOfWeightsIsFound() {
        Pass pass =
                Options.defaults(RoundWeights.class)
                        .withWeightBits(2)
                        .withRounding(Rounding.NEAREST);
        assertThat(warning(notes(CNN, pass, 1, 1)))
                .containsAnyOf("Conv 'first'", "Conv 'second'", "Gemm 'last'")
                .contains("rounding of its weights")
                .contains("round-weights");
    }

    /** On any CPU: sums are emulated as one without VNNI instructions makes them. */
    @ParameterizedTest
    @EnumSource
    void sumsThatSaturateAreFound(Integers.Format format) {
        String text =
                """
                opset 13
                graph (x: float[N,2,6,6]) -> (y)
                w: float[4,2,1,1] = [1, 1, 0.9, 1, -1, -1, 1, -1]
                v: float[4,4,3,3] = seed(2)
                c = Conv(x, w) as first
                r = Relu(c)
                y = Conv(r, v) as second
                """;
        Model model = GraphText.parse(text);
        Integers integers =
                Options.defaults(Integers.class).withFormat(format).withTarget(Target.VNNI);
        Quantize pass =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .withIntegers(integers)
                        .withKeepFloat(
                                Options.defaults(KeepFloat.class).withSlower(false).withSeconds(0));
        PassContext context = RandomSamples.context(model, new SaturatingRunner(Runners.PLAIN));
        pass.apply(model, context);

        assertThat(warning(context.notes()))
                .contains("Conv 'first' contributes most")
                .contains("saturate on this machine: with exact sums the ratio is")
                .contains("target: any");

        context = RandomSamples.context(model, new SaturatingRunner(Runners.PLAIN));
        pass.withIntegers(integers.withTarget(Target.ANY)).apply(model, context);
        assertThat(warning(context.notes())).isEmpty();
    }

    @Test
    void productsOfDynamicRangesThatSaturateAreFound() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y: float[N,3])
                        w: float[4,3] = [1, -1, 1, 1, -1, 0.9, 1, -1, 1, 0.9, -1, 1]
                        y = MatMul(x, w) as product
                        """);
        PassContext context = RandomSamples.context(model, new SaturatingRunner(Runners.PLAIN));
        Options.defaults(QuantizeDynamic.class).withTarget(Target.VNNI).apply(model, context);

        assertThat(warning(context.notes()))
                .contains("MatMul 'product' contributes most")
                .contains("saturate on this machine: with exact sums the ratio is");
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsSaidOfAGoodQuantization(Integers.Format format) {
        assertThat(notes(CNN, quantize(format), 1, 1))
                .anyMatch(note -> note.startsWith("against the network before this pass"))
                .noneMatch(note -> note.startsWith("warning: "));
    }

    @Test
    void nothingIsSaidOfGoodWeights() {
        Pass eight =
                Options.defaults(RoundWeights.class)
                        .withWeightBits(8)
                        .withRounding(Rounding.NEAREST);
        Pass dynamic = Options.defaults(QuantizeDynamic.class);
        for (Pass pass : List.of(eight, dynamic)) {
            assertThat(notes(CNN, pass, 1, 1))
                    .anyMatch(note -> note.startsWith("against the network before this pass"))
                    .noneMatch(note -> note.startsWith("warning: "));
        }
    }
}
