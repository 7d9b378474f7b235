package dev.espalier.quantize.internal.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.quantize.CorrectBias;
import dev.espalier.quantize.Equalize;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.testkit.pass.RandomSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Equalization and bias correction bring a network whose channels were spread over a factor of
 * thousands back to within 1 dB of itself, and without them it is lost.
 */
class SpreadRepairTest {
    private static final int MOST = 5;

    /** The output of a quantized network against the float one's, in decibels. */
    private record Figures(double unspread, double spread, double equalized, double repaired) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "unspread %.2f dB, spread %.2f dB, equalized %.2f dB, bias corrected %.2f dB",
                    unspread,
                    spread,
                    equalized,
                    repaired);
        }
    }

    private static Figures measure(Model model, PassContext context, long seed) {
        Quantize quantize = Options.defaults(Quantize.class).withCalibration(Calibration.MIN_MAX);
        Model spread = SpreadChannels.spread(model, MOST, seed);
        Model equalized = new Equalize(100).apply(spread, context);
        Model corrected = Options.defaults(CorrectBias.class).apply(equalized, context);
        return new Figures(
                Closeness.decibels(model, quantize.apply(model, context), context),
                Closeness.decibels(model, quantize.apply(spread, context), context),
                Closeness.decibels(model, quantize.apply(equalized, context), context),
                Closeness.decibels(model, quantize.apply(corrected, context), context));
    }

    /** Inverted residuals with depthwise convolutions, as MobileNetV2 has, but with Relu. */
    private static final String MOBILE =
            """
            opset 17
            graph (x: float[N,3,12,12]) -> (y: float[N,10])
            w0: float[16,3,3,3] = seed(1)
            b0: float[16] = seed(2)
            w1: float[32,16,1,1] = seed(3)
            b1: float[32] = seed(4)
            w2: float[32,1,3,3] = seed(5)
            b2: float[32] = seed(6)
            w3: float[16,32,1,1] = seed(7)
            b3: float[16] = seed(8)
            w4: float[32,16,1,1] = seed(9)
            b4: float[32] = seed(10)
            v: float[10,32] = seed(11)
            c0 = Conv(x, w0, b0) {strides=[2,2], pads=[1,1,1,1]}
            r0 = Relu(c0)
            c1 = Conv(r0, w1, b1)
            r1 = Relu(c1)
            c2 = Conv(r1, w2, b2) {group=32, pads=[1,1,1,1]}
            r2 = Relu(c2)
            c3 = Conv(r2, w3, b3)
            s3 = Add(r0, c3)
            c4 = Conv(s3, w4, b4)
            r4 = Relu(c4)
            g = GlobalAveragePool(r4)
            f = Flatten(g)
            y = Gemm(f, v) {transB=1}
            """;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aSpreadNetworkIsRepaired(long seed) {
        Model model = GraphText.parse(MOBILE);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        Figures figures = measure(model, context, seed);

        assertThat(figures.spread()).as("%s", figures).isLessThan(figures.unspread() - 6);
        assertThat(figures.repaired()).as("%s", figures).isGreaterThan(figures.unspread() - 1);
    }

    /**
     * With {@code -Despalier.networks=mobilenet_v2.onnx,..}; a minute or so each. Writes {@code
     * target/spread-repair.md}.
     */
    @Test
    @EnabledIfSystemProperty(named = "espalier.networks", matches = ".+")
    void spreadNetworksFromFilesAreRepaired() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String file : System.getProperty("espalier.networks").split(",")) {
            Model read = OnnxReader.read(Path.of(file));
            Model model = SpreadChannels.unbounded(FoldBatchNorm.fold(read));
            PassContext context = RandomSamples.context(model, Runners.SINGLE);

            Figures figures = measure(model, context, 1);

            lines.add(Path.of(file).getFileName() + ": " + figures);
            context.notes().stream()
                    .filter(note -> note.contains("of 256 levels"))
                    .map(note -> "  " + note)
                    .forEach(lines::add);
            Files.write(Path.of("target", "spread-repair.md"), lines);
            assertThat(figures.repaired()).as("%s", figures).isGreaterThan(figures.unspread() - 1);
        }
    }
}
