package dev.espalier.quantize.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.internal.repair.Closeness;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FarPartsTest {
    /** No sum of two products of 7-bit weights saturates, on any CPU. */
    private static final Integers EXACT = Options.defaults(Integers.class);

    /** {@code middle} makes h of a, which a layer made, and of m, 1 for a third of x and else 0. */
    private static Model network(String middle) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,4,8,8]) -> (y)
                w: float[4,4,1,1] = seed(1)
                v: float[4,4,1,1] = seed(2)
                half: float[] = 0.5
                one: float[] = 1
                zero: float[] = 0
                six: float[] = 6
                g = Greater(x, half)
                m = Cast(g) {to=1}
                a = Conv(x, w) as first
                %s
                y = Conv(h, v) as last
                """
                        .formatted(String.join("\n", middle.split("; "))));
    }

    private record Outcome(List<String> skips, double decibels) {}

    private static Outcome quantized(String middle) {
        Model model = network(middle);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Model made =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .withIntegers(EXACT)
                        .apply(model, context);
        return new Outcome(
                context.skips().stream().map(PassRun.Skip::toString).toList(),
                Closeness.decibels(model, made, context));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1000", "-65504", "-1e9", "-3.4e38"})
    void aSummandFarBeyondWhatIsKeptIsAddedAsFloat(String mask) {
        String masked = "k: float[] = %s; f = Mul(m, k); s = Add(%s) as masked; %s";
        for (String summands : List.of("a, f", "f, a")) {
            for (String behind :
                    List.of(
                            "h = Relu(s)",
                            "h = Clip(s, zero, six)",
                            "p = MaxPool(s) {kernel_shape=[2,2], strides=[2,2]}; h = Relu(p)")) {
                Outcome outcome = quantized(masked.formatted(mask, summands, behind));

                assertThat(outcome.skips()).singleElement().asString().contains("Add 'masked'");
                assertThat(outcome.decibels()).isGreaterThan(25);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1000", "-65504", "-1e9", "-3.4e38"})
    void theSameHoldsOfAConstant(String mask) {
        Outcome outcome =
                quantized(
                        "f: float[1,4,1,1] = [0, %s, 0, 0]; s = Add(a, f) as masked; h = Relu(s)"
                                .formatted(mask));

        assertThat(outcome.skips()).singleElement().asString().contains("Add 'masked'");
        assertThat(outcome.decibels()).isGreaterThan(25);
    }

    @ParameterizedTest
    @CsvSource({"-1e9, 0", "65504, 0", "-1e30, 0", "1000, 3"})
    void aDrownedSummandKeepsTheReadersFloatToo(String mask, int level) {
        Outcome outcome =
                quantized(
                        "k: float[] = %s; f = Mul(m, k); s = Add(a, f) as masked; h = Identity(s)"
                                .formatted(mask));

        assertThat(outcome.skips())
                .hasSize(2)
                .contains("Conv 'last': stays float: it reads the far ranges of Add 'masked'")
                .anyMatch(line -> line.startsWith("Add 'masked': stays float: of its parts one"))
                .anyMatch(line -> line.endsWith("leaves " + level + " of 256 levels"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Residuals, one of them small.
                "r = Relu(a); c = Conv(r, v) as inner; h = Add(c, r)",
                "r = Relu(a); c = Conv(r, v) as inner; s = Add(c, r); h = Relu(s)",
                "q: float[4,4,1,1] = fill(0.1); c = Conv(a, q) as inner; h = Add(a, c)",
                // Biases.
                "b: float[1,4,1,1] = [0.1, -0.2, 3, 0]; h = Add(a, b)",
                "b: float[1,4,1,1] = [0, 1e-6, 0, 0]; s = Add(a, b); h = Relu(s)",
                "b: float[] = -0.5; s = Add(b, a); h = Relu(s)",
                // A mask of a like range.
                "k: float[] = -10; f = Mul(m, k); s = Add(a, f); h = Relu(s)"
            })
    void othersAreAddedInIntegers(String middle) {
        Outcome outcome = quantized(middle);

        assertThat(outcome.skips()).isEmpty();
        assertThat(outcome.decibels()).isGreaterThan(25);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k: float[] = 1e9; p = Mul(a, k) as product; h = Clip(p, zero, six)",
                "k: float[] = 3e38; r = Clip(a, zero, one); p = Mul(r, k) as product; h = Clip(p,"
                        + " zero, one)",
                "k: float[] = -1e9; f = Mul(m, k); p = Mul(a, f) as product; h = Clip(p, zero,"
                        + " six)"
            })
    void aProductOfWhichLittleIsKeptIsMadeAsFloat(String middle) {
        assertThat(quantized(middle).skips())
                .singleElement()
                .asString()
                .startsWith("Mul 'product': stays float");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // 1 is lost beside 1e9, and matters where the other factor is not zero.
                "k: float[] = 1e9; f = Mul(m, k); b = Add(f, one); n = Sub(one, m); c = Mul(a, n);"
                        + " h = Mul(b, c) as product",
                // The product of the scales is not a finite float.
                "k: float[] = 1e25; f = Mul(m, k); n = Sub(one, m); r = Relu(a); u = Mul(r, k); t ="
                        + " Mul(u, n); p = Mul(t, f) as product; z = Relu(p); h = Add(z, r)"
            })
    void aProductWithAFarFactorIsMendedByFloats(String middle) {
        Outcome outcome = quantized(middle);

        assertThat(outcome.skips()).anyMatch(line -> line.startsWith("Mul 'product': stays float"));
        assertThat(outcome.decibels()).isGreaterThan(25);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Gates.
                "g1 = Sigmoid(a); h = Mul(a, g1)",
                "p = GlobalAveragePool(a); c = Conv(p, v) as inner; g1 = Sigmoid(c); h = Mul(a,"
                        + " g1)",
                "h = Mul(a, m)",
                // Great and small factors.
                "k: float[] = 1e9; h = Mul(a, k)",
                "k: float[] = 1e-9; h = Mul(a, k)",
                "k: float[1,4,1,1] = [1, 2, 0.5, -1]; p = Mul(a, k); h = Relu(p)",
                "h = Mul(a, a)"
            })
    void othersAreMultipliedInIntegers(String middle) {
        Outcome outcome = quantized(middle);

        assertThat(outcome.skips()).isEmpty();
        assertThat(outcome.decibels()).isGreaterThan(25);
    }
}
