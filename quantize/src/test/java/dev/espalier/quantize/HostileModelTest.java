package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Host;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.runtime.Stopwatch;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A network in which integers are slower on any CPU: two channels, so that there is nothing to fill
 * a vector with, a float operator between any two layers, so that every value is converted twice,
 * and one example. The real clock decides here.
 */
class HostileModelTest {
    private static Model narrow() {
        StringBuilder text =
                new StringBuilder(
                        "opset 13\ngraph (x: float[N,2,48,48]) -> (y8: float[N,2,48,48])\n");
        for (int i = 1; i <= 8; i++) {
            text.append("w%d: float[2,2,1,1] = seed(%d)\n".formatted(i, i));
        }
        text.append("y0 = Elu(x)\n");
        for (int i = 1; i <= 8; i++) {
            text.append("c%d = Conv(y%d, w%d) as layer%d\n".formatted(i, i - 1, i, i));
            text.append("y%d = Elu(c%d)\n".formatted(i, i));
        }
        return GraphText.parse(text.toString());
    }

    @Test
    void theGateKeepsTheFloatLayersAndSaysSo() {
        Model model = narrow();
        PassContext context =
                RandomSamples.context(model, Runners.SINGLE)
                        .withHost(
                                new Host(
                                        Checkpoints.NONE,
                                        Optional.of(new Stopwatch(1, InputShapes.ofBatch(1), 17))));

        Model made =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .apply(model, context);

        context.skips().forEach(System.out::println);
        assertThat(made).isSameAs(model);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(
                        line ->
                                line.startsWith(
                                        "the whole model: stays float: integers are no faster"));
    }
}
