package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.guard.AccuracyGuard;
import dev.espalier.core.guard.LossBound;
import dev.espalier.core.guard.LossMeter;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.PassRun.Attempt;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.Remedy;
import dev.espalier.core.pass.StepStore;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.runtime.OrtRunner;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A guard over {@code quantize}, on the bundled network and its data. All remedies take minutes:
 *
 * <pre>
 *   ./mvnw -pl quantize -am test -Dtest=GuardTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Despalier.guard=true
 * </pre>
 */
@Tag("slow")
class GuardTest {
    private static final Quantize QUANTIZE =
            Options.defaults(Quantize.class).withCalibration(Calibration.MIN_MAX);

    private static final Path DEMO = Path.of("..", "demo");
    private static final String LAYER = "stage2.block2.conv1";
    private static final String READER = "stage2.block2.conv2";
    private static final AccuracyGuard GUARD = new AccuracyGuard(new LossBound(0.5, 2), 2000);

    private static final Model NETWORK = OnnxReader.read(DEMO.resolve("fashion-resnet20.onnx"));
    private static final Model PLANTED = PlantedOutlier.in(NETWORK, LAYER, 1 << 14);

    private static PassContext context(Model model) {
        Recipe recipe =
                new RecipeReader(PassRegistry.load())
                        .parse(
                                """
                                version: 1
                                data:
                                  format: idx
                                  path: fashion-mnist
                                  preprocess: {scale: 255, mean: [0.286], std: [0.353]}
                                  calibration: {samples: 64}
                                  validation: {fraction: 0.5}
                                passes: []
                                """,
                                "guard test",
                                RecipeReader.Changes.NONE);
        DataSplits splits =
                DataLoader.open(
                        recipe.data().orElseThrow().at(DEMO.resolve("fashion-mnist")), model, 17);
        return PassContext.of(model).withData(splits).withRunner(new OrtRunner());
    }

    private static PassRun run(Model model) {
        return new Pipeline(List.of(QUANTIZE), context(model))
                .withGuard(GUARD)
                .run(StepStore.NONE)
                .runs()
                .get(0);
    }

    @Test
    void nothingIsTriedWhereNothingIsWrong() {
        PassRun run = run(NETWORK);

        assertThat(run.told().attempts()).isEmpty();
        assertThat(run.misses()).isEmpty();
        assertThat(run.notes()).anyMatch(note -> note.matches("guard: .*: within bounds"));
        assertThat(run.told().layerErrors()).isNotEmpty();
    }

    @Test
    void theLayersAroundAPlantedOutlierGoBackToFloatFirst() {
        PassContext context = context(PLANTED);
        Model after = QUANTIZE.quantized(PLANTED, context.trial());
        List<Remedy> remedies = QUANTIZE.remedies();
        Remedy floats = remedies.get(remedies.size() - 1);
        List<Remedy.Variant> variants =
                floats.variants()
                        .of(
                                new Remedy.Situation(List.of(QUANTIZE), PLANTED, after),
                                context.trial());

        assertThat(variants.get(0).what()).isEqualTo("in float: " + LAYER + ", " + READER);
        assertThat(variants.get(0).passes())
                .containsExactly(QUANTIZE.excluding(List.of(LAYER, READER)));
        LossMeter meter = new LossMeter(PLANTED, 2000, context);
        assertThat(GUARD.bound().holds(meter.of(after, GUARD.bound()))).isFalse();
        Model better = variants.get(0).passes().get(0).apply(PLANTED, context);
        assertThat(GUARD.bound().holds(meter.of(better, GUARD.bound()))).isTrue();
    }

    @Test
    @EnabledIfSystemProperty(named = "espalier.guard", matches = "true")
    void allRemediesAreTriedFromCheapToDear() {
        PassRun run = run(PLANTED);
        List<Attempt> attempts = run.told().attempts();
        attempts.forEach(System.out::println);

        assertThat(attempts)
                .extracting(Attempt::what)
                .containsExactly(
                        "as asked for",
                        "calibration: average",
                        "calibration: percentile",
                        "calibration: entropy",
                        "calibration: mse",
                        "biases corrected",
                        "rounding learned",
                        "in float: " + LAYER + ", " + READER);
        assertThat(attempts.get(0).drop()).isGreaterThan(0.05);
        Attempt last = attempts.get(attempts.size() - 1);
        assertThat(last.holds()).isTrue();
        assertThat(last.taken()).isTrue();
        assertThat(last.drop()).isLessThanOrEqualTo(0.005);
        assertThat(run.misses()).isEmpty();
    }
}
