package dev.espalier.quantize.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Equalize;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedGridsTest {
    /** Two layers; channel c of the first is the sum of its inputs times factor c. */
    private static Model network(double... factors) {
        List<String> weights = new ArrayList<>();
        for (double factor : factors) {
            weights.addAll(Collections.nCopies(factors.length, Double.toString(factor)));
        }
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,4,6,6]) -> (y: float[N,4,6,6])
                s: float[4,4,1,1] = %s
                v: float[4,4,1,1] = fill(0.7)
                a = Conv(x, s) as first
                r = Relu(a)
                y = Conv(r, v) as second
                """
                        .formatted(weights));
    }

    private static PassContext quantized(Model model) {
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Options.defaults(Quantize.class).withCalibration(Calibration.MIN_MAX).apply(model, context);
        return context;
    }

    @Test
    void channelsOfFewLevelsAreSaid() {
        assertThat(quantized(network(1, 0.01, 0.02, 0.03)).notes())
                .contains(
                        "1 layer reads a value of which half of the channels or more have less than"
                                + " 16 of 256 levels, Conv 'second' the most, 75 %; 'equalize'"
                                + " before this pass evens channels out");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1, 1, 1, 1",
                // One channel of four.
                "1, 0.01, 1, 1",
                // Nothing is lost where nothing is.
                "1, 0, 0, 0"
            })
    void nothingIsSaidOfOthers(String factors) {
        double[] each =
                Arrays.stream(factors.split(", ")).mapToDouble(Double::parseDouble).toArray();

        assertThat(quantized(network(each)).notes()).noneMatch(note -> note.contains("256 levels"));
    }

    @Test
    void nothingIsSaidOnceTheyAreEqualized() {
        Model model = network(1, 0.01, 0.02, 0.03);
        Model equalized =
                new Equalize(100).apply(model, RandomSamples.context(model, Runners.SINGLE));

        assertThat(quantized(equalized).notes()).noneMatch(note -> note.contains("256 levels"));
    }

    @Test
    void rowsOfAProductHaveTheirChannelsLast() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,8,4]) -> (y: float[N,8,4])
                        s: float[4] = [1, 0.01, 0.01, 1]
                        w: float[4,4] = seed(2)
                        h = Mul(x, s)
                        y = MatMul(h, w) as product
                        """);

        assertThat(quantized(model).notes())
                .anyMatch(note -> note.contains("MatMul 'product' the most, 50 %; 'smooth'"));
    }
}
