package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.internal.kernel.Foldings;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.runtime.Stopwatch;
import dev.espalier.testkit.pass.KnownMachine;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldingQuestionsTest {
    private static final String IMAGES = "quantize.fold-images";
    private static final String PAIRS = "quantize.pixel-pairs";

    private static final Model FIRST =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,3,8,8]) -> (y: float[N,16,8,8])
                    w: float[16,3,3,3] = seed(1)
                    y = Conv(x, w) {pads=[1,1,1,1]}
                    """);

    private static final Model LATER =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,16,8,8]) -> (y: float[N,16,8,8])
                    w: float[16,16,3,3] = seed(1)
                    y = Conv(x, w) {pads=[1,1,1,1]}
                    """);

    private static ProfileQuestion question(String id) {
        return PassRegistry.questions().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static long reshapes(Model model) {
        return model.graph().nodes().stream().filter(node -> node.is("Reshape")).count();
    }

    @Test
    void theCandidatesAreWithFoldingAndWithout() {
        for (String id : new String[] {IMAGES, PAIRS}) {
            var candidates = question(id).candidates();
            assertThat(candidates).hasSize(2);
            assertThat(reshapes(candidates.get(0).model().get())).as(id).isPositive();
            assertThat(reshapes(candidates.get(1).model().get())).as(id).isZero();
        }
    }

    @Test
    void theRuntimeRunsThem() {
        ModelTimer timer = new Stopwatch(1, InputShapes.ofBatch(1), 17);
        ProfileAnswer answer = timer.answer(question(IMAGES));
        assertThat(answer.micros()).containsOnlyKeys("folded", "one-by-one");
    }

    private static KnownMachine machine(String id, String name, double folded) {
        return new KnownMachine().answers(id, Map.of(name, folded, "one-by-one", 10.0));
    }

    private static Model quantized(Model model, PassContext context) {
        return Options.defaults(Quantize.class)
                .withCalibration(Calibration.MIN_MAX)
                .withKeepFloat(Options.defaults(KeepFloat.class).withSlower(false))
                .apply(model, context);
    }

    @ParameterizedTest
    @CsvSource({"5, true", "10, true", "10.2, true", "20, false"})
    void theFirstLayerIsFoldedUnlessThatIsSlower(double folded, boolean isFolded) {
        PassContext context =
                RandomSamples.context(FIRST, Runners.SINGLE)
                        .withHost(machine(IMAGES, "folded", folded).host());
        assertThat(reshapes(quantized(FIRST, context)) > 0).isEqualTo(isFolded);
        Model preview = Options.defaults(Quantize.class).preview(FIRST, context);
        assertThat(reshapes(preview) > 0).isEqualTo(isFolded);
    }

    @Test
    void withoutAProfileItIsFolded() {
        PassContext context = RandomSamples.context(FIRST, Runners.SINGLE);
        assertThat(reshapes(quantized(FIRST, context))).isPositive();
    }

    @Test
    void whereNoLayerReadsAnImageNobodyIsAsked() {
        KnownMachine machine = new KnownMachine();
        PassContext context = PassContext.of(LATER).withHost(machine.host());
        assertThat(FoldingQuestions.usual(LATER, context)).isEqualTo(Foldings.USUAL);
        assertThat(machine.asked()).isEmpty();
    }

    /** Where the profile says that pairs cost, the gate need not measure them. */
    @ParameterizedTest
    @CsvSource({"5, true", "10, true", "20, false"})
    void pairsAreTriedUnlessTheyAreSlowerHere(double paired, boolean tried) {
        PassContext context =
                RandomSamples.context(LATER, Runners.SINGLE)
                        .withHost(machine(PAIRS, "in-pairs", paired).host());
        Quantization work = Quantization.of(Options.defaults(Quantize.class), LATER, context);
        assertThat(work.hasPairs()).isEqualTo(tried);
    }
}
