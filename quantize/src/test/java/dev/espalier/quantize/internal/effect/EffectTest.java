package dev.espalier.quantize.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.CancelledException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Effect;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.Runners;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class EffectTest {
    private static Model model(String call) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,4]) -> (y: float[N,4])
                two: float[] = 2
                h: float[] = 0.5
                near: float[] = 1.01
                first: float[4] = [1, 0, 0, 0]
                none: float[] = 0
                y = %s
                """
                        .formatted(call));
    }

    private static Dataset labelled(int size) {
        return new ScaledSamples(RandomSamples.of(model("Identity(x)"), size), 1, 4);
    }

    private static PassContext context(Dataset calibration, Dataset validation) {
        return PassContext.of(model("Identity(x)"))
                .withData(new DataSplits(calibration, calibration, validation, validation))
                .withRunner(Runners.SINGLE);
    }

    private static List<String> notes(Model before, Model after) {
        PassContext context = RandomSamples.context(before, Runners.SINGLE);
        assertThat(Diagnosis.noted(before, after, context)).isSameAs(after);
        return context.notes();
    }

    @Test
    void halfOfAnOutputHasItsDirectionAndSixDecibels() {
        assertThat(notes(model("Identity(x)"), model("Mul(x, h)")).get(0))
                .isEqualTo(
                        "against the network before this pass, on 32 validation examples: cosine similarity 1.000000 on average and 1.000000 at the least, signal-to-noise 6.0 dB");
    }

    @Test
    void theSameIsSaidToBeTheSame() {
        assertThat(notes(model("Mul(x, two)"), model("Add(x, x)")))
                .containsExactly(
                        "against the network before this pass, on 32 validation examples: the output is the same");
    }

    @Test
    void nothingIsSaidOfAModelThatDidNotChange() {
        Model model = model("Identity(x)");
        assertThat(notes(model, model)).isEmpty();
    }

    @Test
    void aHundredthIsFortyDecibelsAndNoReasonToWarn() {
        List<String> notes = notes(model("Identity(x)"), model("Mul(x, near)"));
        assertThat(notes).hasSize(1);
        assertThat(notes.get(0)).endsWith("signal-to-noise 40.0 dB");
    }

    @Test
    void withLabelsTheSameAnswersAreCounted() {
        Dataset examples = labelled(300);
        PassContext context = context(examples, examples);
        Effect effect =
                Effect.of(model("Identity(x)"), model("Add(x, first)"), context).orElseThrow();

        int same = 0;
        for (int i = 0; i < 256; i++) {
            float[] x = examples.batch(new int[] {i}).inputs().get("x").toFloats();
            int best = best(x);
            x[0] += 1;
            same += best == best(x) ? 1 : 0;
        }
        assertThat(effect.examples()).isEqualTo(256);
        assertThat(effect.sameAnswer()).isEqualTo(OptionalDouble.of(same / 256.0));
        assertThat(effect.toString())
                .contains("same answer for %.1f %%".formatted(100 * same / 256.0));
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    @Test
    void otherAnswersAreAReasonToWarnWhateverTheRatio() {
        Model before =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y: float[N,4])
                        high: float[] = 100
                        y = Add(x, high)
                        """);
        Model after =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y: float[N,4])
                        high: float[] = 100
                        n = Neg(x)
                        y = Add(n, high)
                        """);
        PassContext context = context(labelled(64), labelled(64));
        Effect effect = Effect.of(before, after, context).orElseThrow();

        assertThat(effect.decibels()).isGreaterThan(20);
        assertThat(effect.isFar()).isTrue();
        Diagnosis.noted(before, after, context);
        assertThat(context.notes().get(1)).startsWith("warning: ").contains("Add 'y'");
    }

    @Test
    void calibrationExamplesServeWhereThereAreNoOthers() {
        PassContext context = context(labelled(16), labelled(0));
        Diagnosis.noted(model("Identity(x)"), model("Mul(x, near)"), context);
        assertThat(context.notes().get(0))
                .contains("on 16 calibration examples: same answer for 100.0 %");
    }

    @Test
    void numbersThatAreNotFiniteAreErrorsOfTheModelThatGivesThem() {
        assertThatThrownBy(() -> notes(model("Sqrt(x)"), model("Identity(x)")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("float model is NaN on a validation example");
        assertThatThrownBy(() -> notes(model("Identity(x)"), model("Sqrt(x)")))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("changed model is NaN");
    }

    @Test
    void theSameInfinitiesAreLeftOutAndCounted() {
        String masked =
                """
                opset 13
                graph (x: float[N,4]) -> (y: float[N,4])
                c: float[] = %s
                mask: float[4] = [1, 1, 1, 0]
                l = Log(mask)
                s = Mul(x, c)
                y = Add(s, l)
                """;
        List<String> notes =
                notes(
                        GraphText.parse(masked.formatted("1")),
                        GraphText.parse(masked.formatted("1.01")));
        assertThat(notes)
                .singleElement()
                .asString()
                .endsWith("signal-to-noise 40.0 dB; NaN or infinite in both at 32 places");
    }

    @Test
    void nothingCanBeSaidWhereNoNumberIsFinite() {
        assertThatThrownBy(() -> notes(model("Div(x, none)"), model("Div(x, none)")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("not finite");
    }

    @Test
    void aFixedBatchIsServed() {
        String text =
                """
                opset 13
                graph (x: float[3,4]) -> (y: float[3,4])
                c: float[] = %s
                y = Mul(x, c)
                """;
        Model before = GraphText.parse(text.formatted("1"));
        PassContext context = RandomSamples.context(before, Runners.SINGLE);
        Effect effect =
                Effect.of(before, GraphText.parse(text.formatted("0.5")), context).orElseThrow();
        assertThat(effect.examples()).isEqualTo(30);
        assertThat(effect.decibels()).isCloseTo(6.02, within(0.01));
    }

    @Test
    void withoutDataTheModelIsLoadedAlone() {
        Model model = model("Identity(x)");
        PassContext context = PassContext.of(model).withRunner(Runners.SINGLE);
        Diagnosis.noted(model, model("Mul(x, h)"), context);

        assertThat(context.notes())
                .containsExactly(
                        "the changed model loads in the runtime; no data to compare outputs on");
        assertThatThrownBy(
                        () -> Diagnosis.noted(model, model("com.microsoft::Nothing(x)"), context))
                .isInstanceOf(UnsupportedModelException.class);
    }

    @Test
    void aPassThatRunsNothingWithoutDataNeedsNoRuntime() {
        Model model = model("Identity(x)");
        PassContext context = PassContext.of(model);
        Diagnosis.notedOnData(model, model("Mul(x, h)"), context);
        assertThat(context.notes()).containsExactly("no data to compare outputs on");
    }

    @Test
    void measuringStopsWhenAsked() {
        Model before = model("Identity(x)");
        PassContext context =
                RandomSamples.context(before, Runners.SINGLE).withCancellation(() -> true);
        assertThatThrownBy(() -> Diagnosis.noted(before, model("Mul(x, h)"), context))
                .isInstanceOf(CancelledException.class);
    }
}
