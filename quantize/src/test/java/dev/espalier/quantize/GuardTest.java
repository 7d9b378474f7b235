package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.guard.AccuracyGuard;
import dev.espalier.core.guard.LossBound;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.PassRun.Attempt;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.StepStore;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.runtime.OrtRunner;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A guard over {@code quantize}, on the bundled network and its data. */
@Tag("slow")
class GuardTest {
    private static final Path DEMO = Path.of("..", "demo");
    private static final String LAYER = "stage2.block2.conv1";
    private static final AccuracyGuard GUARD = new AccuracyGuard(new LossBound(0.5, 2), 2000);

    private static final Recipe RECIPE =
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
                            passes:
                              - quantize: {calibration: min-max, keep-float: {slower: false}}
                            """,
                            "guard test",
                            new RecipeReader.Changes(
                                    Optional.empty(),
                                    Optional.of(DEMO.resolve("fashion-mnist").toString()),
                                    List.of()));

    private static final Model NETWORK = OnnxReader.read(DEMO.resolve("fashion-resnet20.onnx"));

    private static Pipeline.Result run(Model model) {
        DataSplits splits =
                DataLoader.open(
                        RECIPE.data().orElseThrow().at(DEMO.resolve("fashion-mnist")), model, 17);
        PassContext context = PassContext.of(model).withData(splits).withRunner(new OrtRunner());
        return new Pipeline(RECIPE.passes(), context).withGuard(GUARD).run(StepStore.NONE);
    }

    @Test
    void nothingIsTriedWhereNothingIsWrong() {
        PassRun run = run(NETWORK).runs().get(0);

        assertThat(run.told().attempts()).isEmpty();
        assertThat(run.misses()).isEmpty();
        assertThat(run.notes()).anyMatch(note -> note.matches("guard: .*: within bounds"));
        assertThat(run.told().layerErrors()).isNotEmpty();
    }

    @Test
    void theLayerOfAPlantedOutlierGoesBackToFloat() {
        Model planted = PlantedOutlier.in(NETWORK, LAYER, 1 << 14);
        Pipeline.Result result = run(planted);
        PassRun run = result.runs().get(0);
        List<Attempt> attempts = run.told().attempts();

        attempts.forEach(System.out::println);
        run.notes().forEach(System.out::println);
        assertThat(attempts.get(0).holds()).isFalse();
        Attempt last = attempts.get(attempts.size() - 1);
        assertThat(last.holds()).isTrue();
        assertThat(last.taken()).isTrue();
        assertThat(last.drop()).isLessThanOrEqualTo(0.005);
        assertThat(last.what()).contains(LAYER);
        assertThat(run.told().layerErrors().get(0).layer()).contains(LAYER);
        assertThat(run.misses()).isEmpty();
    }
}
