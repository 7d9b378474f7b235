package dev.espalier.quantize.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.DirectContext;
import dev.espalier.quantize.Runners;
import dev.espalier.testkit.RandomSamples;
import org.junit.jupiter.api.Test;

class OutputAgreementTest {
    private static Model model(String call) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,4]) -> (y: float[N,4])
                two: float[] = 2
                h: float[] = 0.5
                y = %s
                """
                        .formatted(call));
    }

    private static String note(Model before, Model after) {
        DirectContext context = RandomSamples.context(before, Runners.SINGLE);
        OutputAgreement.check(before, after, context);
        return context.notes().get(0);
    }

    @Test
    void halfOfAnOutputHasItsDirectionAndSixDecibels() {
        assertThat(note(model("Identity(x)"), model("Mul(x, h)")))
                .isEqualTo(
                        "output 'y' on calibration samples: cosine similarity 1.000000, signal-to-noise 6.0 dB");
    }

    @Test
    void theSameIsSaidToBeTheSame() {
        assertThat(note(model("Mul(x, two)"), model("Add(x, x)")))
                .isEqualTo("output 'y' is the same on calibration samples");
    }

    @Test
    void numbersThatAreNotFiniteAreErrorsOfTheModelThatGivesThem() {
        assertThatThrownBy(() -> note(model("Sqrt(x)"), model("Identity(x)")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("float model is NaN");
        assertThatThrownBy(() -> note(model("Identity(x)"), model("Sqrt(x)")))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("changed model is NaN");
    }

    @Test
    void withoutDataTheModelIsLoadedAlone() {
        Model model = model("Identity(x)");
        DirectContext context = DirectContext.of(model).withRunner(Runners.SINGLE);
        OutputAgreement.check(model, model, context);

        assertThat(context.notes())
                .containsExactly(
                        "the changed model loads in the runtime; no data to compare outputs on");
        assertThatThrownBy(
                        () ->
                                OutputAgreement.check(
                                        model, model("com.microsoft::Nothing(x)"), context))
                .isInstanceOf(UnsupportedModelException.class);
    }
}
