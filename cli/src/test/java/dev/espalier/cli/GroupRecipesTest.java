package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Host;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.StepStore;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.runtime.OrtRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups together with other passes in one recipe, on a network with a depthwise layer. */
class GroupRecipesTest {
    private static final String NETWORK =
            """
            graph (x: float[N,48]) -> (y)
            shape: int64[4] = [0, 3, 4, 4]
            w0: float[16,3,3,3] = seed(1)
            b0: float[16] = fill(0)
            w1: float[16,16,3,3] = seed(2)
            b1: float[16] = fill(0)
            w2: float[16,16,3,3] = seed(3)
            b2: float[16] = fill(0)
            w3: float[32,16,1,1] = seed(4)
            b3: float[32] = fill(0)
            w4: float[32,1,3,3] = seed(5)
            b4: float[32] = fill(0)
            w5: float[32,32,1,1] = seed(6)
            b5: float[32] = fill(0)
            w6: float[3,32] = seed(7)
            image = Reshape(x, shape)
            h0 = Conv(image, w0, b0) {pads=[1,1,1,1]}
            r0 = Relu(h0)
            h1 = Conv(r0, w1, b1) {pads=[1,1,1,1]}
            r1 = Relu(h1)
            h2 = Conv(r1, w2, b2) {pads=[1,1,1,1]}
            s = Add(h2, r0)
            r2 = Relu(s)
            h3 = Conv(r2, w3, b3)
            r3 = Relu(h3)
            h4 = Conv(r3, w4, b4) {pads=[1,1,1,1], group=32}
            r4 = Relu(h4)
            h5 = Conv(r4, w5, b5)
            r5 = Relu(h5)
            p = GlobalAveragePool(r5)
            f = Flatten(p)
            y = Gemm(f, w6) {transB=1}
            """;

    private static final String PRUNE = "  - prune: {macs: 0.8}\n";

    /** After groups, 0.4 of all is left. */
    private static final String PRUNE_FURTHER = "  - prune: {macs: 0.4}\n";

    private static final String GROUP =
            """
              - group-conv:
                  target: {removed: 0.4, min-channels: 4, keep-dense: {slower: false}}
                  sparsify: {epochs: 1}
                  fine-tune: {epochs: 1}
                  regime: {batch: 16, augmentation: {padding: 0, flip: false}}
            """;

    private static final String QUANTIZE = "  - quantize: {keep-float: {slower: false}}\n";

    @TempDir Path folder;

    private List<PassRun> runs;

    @BeforeEach
    void networkAndData() throws IOException {
        OnnxWriter.write(GraphText.parse(NETWORK), folder.resolve("network.onnx"));
        Path data = Files.createDirectories(folder.resolve("table"));
        Files.writeString(data.resolve("train.csv"), rows(96, new Random(1)));
        Files.writeString(data.resolve("test.csv"), rows(24, new Random(2)));
    }

    /** Bright thirds of a picture, and noise. */
    private static String rows(int count, Random random) {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 48; i++) {
            rows.append('p').append(i).append(',');
        }
        rows.append("label\n");
        for (int i = 0; i < count; i++) {
            for (int pixel = 0; pixel < 48; pixel++) {
                double value = (pixel / 16 == i % 3 ? 2 : 0) + random.nextGaussian();
                rows.append(Math.round(1000 * value) / 1000.0).append(',');
            }
            rows.append(i % 3).append('\n');
        }
        return rows.toString();
    }

    /** Runs a recipe of these passes, without measuring the result, and keeps what each told. */
    private Model compressed(String... each) throws IOException {
        RecipeReader reader = new RecipeReader(PassRegistry.load());
        Path file =
                SmallFiles.recipe(
                        folder,
                        """
                        model: network.onnx
                        data: {format: csv, path: table, validation: {fraction: 0.25}}
                        passes:
                        %sseed: 3
                        """
                                .formatted(String.join("", each)));
        Recipe recipe = reader.read(file, RecipeReader.Changes.NONE);
        Model model = OnnxReader.read(folder.resolve("network.onnx"));
        DataOptions options = recipe.data().orElseThrow();
        DataConfig data = options.at(folder.resolve(options.path()));
        PassContext context =
                PassContext.of(model)
                        .withSeed(recipe.seed())
                        .withInputShapes(recipe.shapes())
                        .withData(DataLoader.open(data, model, recipe.seed()))
                        .withHost(new Host(Checkpoints.NONE, Optional.of(this::micros)))
                        .withRunner(new OrtRunner());
        Pipeline pipeline = new Pipeline(recipe.passes(), context);
        Pipeline.Result result = pipeline.run(StepStore.NONE);
        runs = result.runs();
        return result.model();
    }

    /** How many times as long integers take in twice as many groups. */
    private double integersTwice = 1;

    /** In float, groups take less time the more they are; in integers, what a test says. */
    private List<double[]> micros(List<Model> models, double seconds) {
        return models.stream()
                .map(
                        model -> {
                            Node last = model.graph().nodes().get(model.graph().nodes().size() - 2);
                            long groups = last.attributes().integer("group", 1);
                            double cuts = Math.log(groups) / Math.log(2);
                            return new double[] {
                                100
                                        * (last.is("Conv")
                                                ? 1.0 / groups
                                                : Math.pow(integersTwice, cuts))
                            };
                        })
                .toList();
    }

    private PassRun run(String id) {
        return runs.stream().filter(run -> run.id().equals(id)).findFirst().orElseThrow();
    }

    private void assertProved(String id) {
        assertThat(run(id).notes()).anyMatch(note -> note.startsWith("proved on "));
        assertThat(run(id).after().macs()).isLessThan(run(id).before().macs());
        assertThat(run(id).misses()).isEmpty();
    }

    /** The groups of every convolution that has more than one input channel in each. */
    private static List<Long> groups(Model model) {
        return model.graph().nodes().stream()
                .filter(GroupRecipesTest::isGrouped)
                .map(node -> node.attributes().integer("group", 1))
                .toList();
    }

    private static boolean isGrouped(Node node) {
        long groups = node.attributes().integer("group", 1);
        return node.is("Conv") && groups > 1 && groups < 16;
    }

    @Test
    void prunedChannelsAreCutIntoGroups() throws IOException {
        Model model = compressed(PRUNE, GROUP);
        assertThat(groups(model)).isNotEmpty();
        assertProved("prune");
        assertProved("group-conv");
    }

    @Test
    void groupsArePruned() throws IOException {
        Model model = compressed(GROUP, PRUNE_FURTHER);
        assertThat(groups(model)).isNotEmpty();
        assertProved("group-conv");
        assertProved("prune");
    }

    @Test
    void groupsRunInIntegersOrAreWrittenDensely() throws IOException {
        integersTwice = 1.5;
        Model model = compressed(GROUP, QUANTIZE);
        assertProved("group-conv");
        assertThat(run("quantize").notes())
                .anyMatch(
                        note ->
                                note.matches(
                                        ".*: written densely, since its \\d+ groups of \\d+ channels are slower in integers: 12\\.5 µs dense, [\\d.]+ in groups"));
        assertThat(groups(model)).isEmpty();
        assertThat(model.graph().nodes())
                .anyMatch(
                        node ->
                                node.is("QuantizeLinear")
                                        || node.is("DynamicQuantizeLinear")
                                        || node.is("QLinearConv"));
    }

    /** What is made because it is faster in integers stays there; nobody has to say in what. */
    @Test
    void groupsThatAreFasterInIntegersAreMadeAndStay() throws IOException {
        integersTwice = 0.6;
        Model model = compressed(GROUP.replace("slower: false", ""), QUANTIZE);
        assertProved("group-conv");
        assertThat(run("group-conv").notes()).anyMatch(note -> note.endsWith("groups, in int8"));
        assertThat(run("quantize").notes())
                .noneMatch(note -> note.contains("written densely"))
                .anyMatch(note -> note.contains("groups stay"));
        assertThat(groups(model)).isNotEmpty();
    }

    /** Faster in float, and yet nothing is trained for them. */
    @Test
    void groupsThatAreSlowerInIntegersAreNotMade() throws IOException {
        integersTwice = 1.5;
        String wanted = GROUP.replace("removed: 0.4", "removed: 0").replace("slower: false", "");
        Model model = compressed(wanted, QUANTIZE);
        assertThat(groups(model)).isEmpty();
        assertThat(run("group-conv").skips())
                .anyMatch(skip -> skip.reason().endsWith("groups, in int8"));
        assertThat(run("quantize").notes()).noneMatch(note -> note.contains("written densely"));
    }

    @Test
    void allThreeFollowEachOther() throws IOException {
        compressed(PRUNE, GROUP, QUANTIZE);
        assertProved("prune");
        assertProved("group-conv");
        assertThat(runs).extracting(PassRun::id).containsExactly("prune", "group-conv", "quantize");
    }

    /** What would lose in integers stays dense, so that nothing was trained for it in vain. */
    @Test
    void layersAreTimedInTheIntegersThatFollow() throws IOException {
        String timed = GROUP.replace("removed: 0.4", "removed: 0").replace("slower: false", "%s");
        compressed(timed.formatted("timed-in: float"), QUANTIZE);
        assertThat(run("group-conv").notes())
                .contains("Conv 'h1': 12.5 µs dense, 6.3 in 2, 3.1 in 4 groups");

        compressed(timed.formatted("timed-in: int8"), QUANTIZE);
        assertThat(run("group-conv").skips())
                .contains(
                        new PassRun.Skip(
                                "Conv 'h1'",
                                "no faster in groups: 12.5 µs dense, 12.5 in 2, 12.5 in 4 groups, in int8"));
        assertThat(run("group-conv").changed()).isFalse();
        assertThat(run("group-conv").misses()).isEmpty();
        assertThat(run("quantize").notes()).noneMatch(note -> note.contains("written densely"));
    }

    /** The option is the paper's third way to state a target. */
    @Test
    void aTargetOfLatencyIsReached() throws IOException {
        Model model = compressed(GROUP.replace("removed: 0.4", "measure: latency, removed: 0.4"));
        assertThat(groups(model)).isNotEmpty();
        assertProved("group-conv");
    }
}
