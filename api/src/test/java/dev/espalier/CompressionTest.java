package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompressionTest {
    private static final Model NETWORK =
            GraphText.parse(
                    """
                    graph (x: float[N,4]) -> (y)
                    w: float[4,16] = seed(1)
                    v: float[16,3] = seed(2)
                    a = Identity(x)
                    h = Gemm(a, w) as first
                    r = Relu(h)
                    y = Gemm(r, v) as second
                    """);

    @TempDir Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        OnnxWriter.write(NETWORK, folder.resolve("network.onnx"));
        Files.writeString(
                folder.resolve("recipe.yaml"),
                "version: 1\nmodel: network.onnx\npasses:\n  - prune: {macs: 0.5}\n");
    }

    private Compression compression() {
        return Compression.of(folder.resolve("recipe.yaml"));
    }

    private static Recipe recipe(String text) {
        return new RecipeReader(PassRegistry.load())
                .parse(text, "r.yaml", RecipeReader.Changes.NONE);
    }

    @Test
    void aModelOfAnOldOperatorSetIsBroughtToANewerOneFirst() throws IOException {
        Model old =
                GraphText.parse(
                        """
                        opset 8
                        graph (x: float[N,4,2,2]) -> (y)
                        w: float[8,4,1,1] = seed(1)
                        v: float[3,8,1,1] = seed(2)
                        h = Conv(x, w) as first
                        r = Clip(h) {min=0.0}
                        u = Upsample(r) {scales=[1.0,1.0,2.0,2.0]}
                        y = Conv(u, v) as second
                        """);
        OnnxWriter.write(old.withIrVersion(3), folder.resolve("network.onnx"));
        List<PassRun> runs = compression().plan();
        assertThat(runs)
                .extracting(PassRun::id)
                .containsExactly("upgrade-opset", "simplify", "prune", "fold-batch-norm");
        assertThat(runs.get(0).notes())
                .containsExactly(
                        "brought from operator set 8 to 13, in which these are written otherwise:"
                                + " 1 Clip, 1 Upsample");
        assertThat(runs.get(2).after().macs()).isLessThanOrEqualTo(runs.get(2).before().macs() / 2);
    }

    @Test
    void plansWhatEachPassWouldDoAndWritesNothing() throws IOException {
        List<PassRun> runs = compression().plan();
        assertThat(runs)
                .extracting(PassRun::id)
                .containsExactly("simplify", "prune", "fold-batch-norm");
        assertThat(runs.get(1).after().macs()).isLessThanOrEqualTo(runs.get(1).before().macs() / 2);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("network.onnx", "recipe.yaml");
        }
    }

    @Test
    void looksForNamesBesideThePlaceAndTakesAnotherModel() {
        Recipe recipe = recipe("version: 1\nmodel: network.onnx\npasses: []\n");
        assertThat(
                        Compression.of(recipe)
                                .withPlace(folder.resolve("none.yaml"))
                                .plan()
                                .get(0)
                                .before()
                                .parameters())
                .isEqualTo(112);
        Compression elsewhere = Compression.of(recipe).withPlace(folder.resolve("a/none.yaml"));
        assertThatThrownBy(elsewhere::plan)
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("the model 'network.onnx' is neither beside the recipe");
        assertThat(elsewhere.withModel(folder.resolve("network.onnx")).plan()).hasSize(2);
        // The one that was changed is as it was.
        assertThatThrownBy(elsewhere::plan).isInstanceOf(InvalidOptionException.class);
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(compression()::run)
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("withOut(");
        assertThatThrownBy(() -> compression().withData(folder))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("no data block");
        assertThatThrownBy(() -> Compression.of(recipe("version: 1\npasses: []\n")).plan())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("names no model");
    }

    @Test
    void goesOnWhereAnUnfinishedRunStopped() {
        List<String> lines = new ArrayList<>();
        Compression stopping =
                compression()
                        .withOut(folder.resolve("out"))
                        .withListener(lines::add)
                        .withMeter(
                                (models, plan, progress) -> {
                                    throw new CancelledException("no latency here");
                                });
        assertThatThrownBy(stopping::run)
                .isInstanceOf(CancelledException.class)
                .hasMessage("no latency here");
        assertThat(lines).contains("[2/3] prune …").noneMatch(line -> line.contains("earlier"));
        lines.clear();
        assertThatThrownBy(stopping.withResume(true)::run).isInstanceOf(CancelledException.class);
        assertThat(lines)
                .anyMatch(line -> line.startsWith("[2/3] prune: finished earlier"))
                .doesNotContain("[2/3] prune …");
        assertThat(folder.resolve("out")).doesNotExist();
        Path step = folder.resolve(".out.espalier/work/step-1.onnx");
        assertThat(OnnxReader.read(step).graph().constant("w").orElseThrow().shape().size(1))
                .isLessThan(16);
    }

    @Test
    void stopsWhereItIsAskedTo() {
        Compression stopped =
                compression().withOut(folder.resolve("out")).withCancellation(() -> true);
        assertThatThrownBy(stopped::run)
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("goes on from there");
        assertThat(folder.resolve("out")).doesNotExist();
    }
}
