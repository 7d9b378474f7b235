package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.dataset.ArrayDataset;
import dev.espalier.Compression;
import dev.espalier.Plugins;
import dev.espalier.core.CancelledException;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.StepStore;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.distill.DistillationLoss;
import dev.espalier.prune.Prune;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.runtime.isolation.IsolatedRunner;
import dev.espalier.runtime.isolation.Isolation;
import dev.espalier.runtime.isolation.Limits;
import dev.espalier.train.Trainer;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.TorchFile;
import dev.espalier.train.program.Truth;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.CheckpointFolder;
import dev.espalier.train.run.TrainingPlan;
import dev.espalier.train.torch.DjlDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/java-api.md shows is what runs here. */
class JavaApiTest {
    private static final Path PAGE = Path.of("../docs/java-api.md");
    private static final Path SOURCE = Path.of("src/test/java/dev/espalier/cli/JavaApiTest.java");
    private static final Path LAST =
            Path.of("../model/src/test/java/dev/espalier/core/ModelAloneTest.java");

    private static final Regime SMALL =
            Options.defaults(Regime.class).withBatch(9).withAugmentation(AugmentationSettings.NONE);

    @TempDir Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        SmallFiles.everyPass(folder);
    }

    @Test
    void thePageShowsWhatRunsHere() throws IOException {
        List<String> shown = found("(?s)```java\n(.*?)```", Files.readString(PAGE));
        List<String> run =
                found(
                                "(?s)// shown\n(.*?)\n *// end",
                                Files.readString(SOURCE) + Files.readString(LAST))
                        .stream()
                        .map(code -> code.stripTrailing().stripIndent() + "\n")
                        .toList();
        assertThat(shown).isNotEmpty().containsExactlyElementsOf(run);
    }

    private static List<String> found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.results().map(result -> result.group(1)).toList();
    }

    @Test
    void trains() {
        Regime regime = SMALL;
        // shown
        Model model = OnnxReader.read(folder.resolve("network.onnx"));
        DataConfig files =
                DataConfig.of(DataConfig.Format.CSV, folder.resolve("table"), Preprocess.DEFAULT);
        DataSplits data = DataLoader.open(files, model, 17);
        PassContext context = PassContext.of(model).withData(data).withRunner(new OrtRunner());
        TrainingPlan plan = new TrainingPlan(10, 0.05, regime);
        Model trained = new Trainer(plan, new CrossEntropy(0), context).train(model);
        OnnxWriter.write(trained, folder.resolve("trained.onnx"));
        // end
        assertThat(lastOf("validation top-1", context)).isEqualTo(1);
        assertThat(OnnxReader.read(folder.resolve("trained.onnx")).graph())
                .isEqualTo(trained.graph());
    }

    private static double lastOf(String curve, PassContext context) {
        return context.readings().stream()
                .filter(reading -> reading.curve().equals(curve))
                .mapToDouble(PassRun.Reading::value)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Test
    void trainsOnDatasetsOfDjl() {
        Model model = OnnxReader.read(folder.resolve("network.onnx"));
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray features = manager.eye(3).repeat(0, 10);
            NDArray labels = manager.arange(3).toType(DataType.INT64, false).repeat(0, 10);
            // shown
            ArrayDataset examples =
                    new ArrayDataset.Builder()
                            .setData(features)
                            .optLabels(labels)
                            .setSampling(10, true)
                            .build();
            Dataset training = DjlDataset.classification(examples, model);
            PassContext context = PassContext.of(model).withData(DataSplits.of(training));
            Regime regime =
                    Options.defaults(Regime.class)
                            .withBatch(10)
                            .withAugmentation(AugmentationSettings.NONE);
            TrainingPlan plan = new TrainingPlan(20, 0.05, regime);
            Model trained = new Trainer(plan, new CrossEntropy(0), context).train(model);
            // end
            assertThat(trained.graph().nodes()).isEqualTo(model.graph().nodes());
            assertThat(lastOf("training top-1", context)).isEqualTo(1);
        }
    }

    // shown
    /** Squared difference from float targets, which grows only linearly beyond 1. */
    record Huber() implements Objective {
        @Override
        public Truth truth() {
            return Truth.NUMBERS;
        }

        @Override
        public String write(LossWriter writer) {
            return writer.labelled(
                    targets ->
                            "torch.huber_loss(%s, %s, 1, 1.)".formatted(writer.scores(), targets));
        }
    }

    // end

    @Test
    void trainsWithALossOfItsOwn() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,2]) -> (y)
                        w: float[2,1] = fill(0)
                        y = Gemm(x, w)
                        """);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = manager.arange(40f).reshape(20, 2).div(40);
            ArrayDataset examples =
                    new ArrayDataset.Builder()
                            .setData(x)
                            .optLabels(x.sum(new int[] {1}))
                            .setSampling(10, true)
                            .build();
            PassContext context =
                    PassContext.of(model)
                            .withData(DataSplits.of(DjlDataset.regression(examples, model)));
            TrainingPlan plan =
                    new TrainingPlan(
                            50,
                            0.1,
                            Options.defaults(Regime.class)
                                    .withBatch(10)
                                    .withAugmentation(AugmentationSettings.NONE));
            new Trainer(plan, new Huber(), context).train(model);
            assertThat(lastOf("training loss", context)).isLessThan(0.001);
        }
    }

    @Test
    void callsAPass() {
        Model model = OnnxReader.read(folder.resolve("network.onnx"));
        // shown
        PassContext context = PassContext.of(model).withRunner(new OrtRunner());
        Model pruned = Options.defaults(Prune.class).withMacs(0.5).apply(model, context);
        List<String> done = context.notes();
        List<PassRun.Skip> refused = context.skips();
        // end
        assertThat(pruned).isNotSameAs(model);
        assertThat(done).anySatisfy(note -> assertThat(note).startsWith("proved on 0 real"));
        assertThat(refused).isNotNull();
        // shown
        Quantize quantize =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MSE)
                        .withKeepFloat(Options.defaults(KeepFloat.class).withSlower(false));
        // end
        // shown
        DistillationLoss teacherAlone =
                Options.defaults(DistillationLoss.class)
                        .with(loss -> loss.labels(0).kl(0).scores(1));
        // end
        assertThat(teacherAlone.scores()).isEqualTo(1);
        // shown
        Recipe recipe =
                Recipe.of(List.of(Options.defaults(Prune.class), quantize))
                        .withModel(Optional.of("network.onnx"))
                        .withData(Optional.of(DataOptions.of(DataConfig.Format.CSV, "table")));
        // end
        RecipeReader reader = new RecipeReader(PassRegistry.load());
        String text =
                "model: network.onnx\ndata: {format: csv, path: table}\npasses: [prune, quantize:"
                        + " {calibration: mse, keep-float: {slower: false}}]";
        assertThat(reader.parse(text, "text", RecipeReader.Changes.NONE)).isEqualTo(recipe);
    }

    @Test
    void watchesALongTraining() {
        Model model = OnnxReader.read(folder.resolve("network.onnx"));
        List<String> log = new ArrayList<>();
        PassContext context = PassContext.of(model);
        // shown
        PassContext watched =
                context.withCheckpoints(new CheckpointFolder(folder.resolve("checkpoints")))
                        .withCancellation(() -> Thread.currentThread().isInterrupted())
                        .withListener(log::add);
        // end
        DataConfig files =
                DataConfig.of(DataConfig.Format.CSV, folder.resolve("table"), Preprocess.DEFAULT);
        PassContext all =
                watched.withData(DataLoader.open(files, model, 17)).withRunner(new OrtRunner());
        new Trainer(new TrainingPlan(1, 0.05, SMALL), new CrossEntropy(0), all).train(model);
        assertThat(log).isNotEmpty().containsExactlyElementsOf(lines(all));
        assertThat(folder.resolve("checkpoints")).isNotEmptyDirectory();
    }

    private static List<String> lines(PassContext context) {
        List<String> lines = new ArrayList<>();
        context.skips().forEach(skip -> lines.add(skip.toString()));
        lines.addAll(context.notes());
        return lines;
    }

    @Test
    void compresses() throws IOException {
        List<String> lines = new ArrayList<>();
        AtomicBoolean stop = new AtomicBoolean();
        // shown
        CompressionReport report =
                Compression.of(folder.resolve("recipe.yaml"))
                        .withOut(folder.resolve("out"))
                        .withQuick(true)
                        .withListener(lines::add)
                        .withCancellation(stop::get)
                        .run();
        double faster =
                report.original().latency().get(0).p50Micros()
                        / report.result().latency().get(0).p50Micros();
        boolean enough = report.goal().met() && faster > 1;
        // end
        assertThat(enough).isEqualTo(faster > 1);
        assertThat(folder.resolve("out/report.html")).isNotEmptyFile();
        assertThat(Files.size(folder.resolve("out/model.onnx"))).isEqualTo(report.result().bytes());
        assertThat(lines).contains("[1/5] simplify …").last().asString().contains("model.onnx");
        stop.set(true);
        assertThatThrownBy(
                        () ->
                                Compression.of(folder.resolve("recipe.yaml"))
                                        .withOut(folder.resolve("other"))
                                        .withCancellation(stop::get)
                                        .run())
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("goes on from there");
        assertThat(folder.resolve("other")).doesNotExist();
    }

    @Test
    void runsARecipe() {
        // shown
        RecipeReader reader = new RecipeReader(PassRegistry.load());
        Recipe recipe = reader.read(folder.resolve("recipe.yaml"), RecipeReader.Changes.NONE);
        Model model = OnnxReader.read(folder.resolve(recipe.model().orElseThrow()));
        DataOptions options = recipe.data().orElseThrow();
        DataConfig files = options.at(folder.resolve(options.path()));
        PassContext context =
                PassContext.of(model)
                        .withSeed(recipe.seed())
                        .withInputShapes(recipe.shapes())
                        .withData(DataLoader.open(files, model, recipe.seed()))
                        .withRunner(new OrtRunner());
        List<Pass> passes = new ArrayList<>();
        passes.add(reader.standard("simplify"));
        passes.addAll(recipe.passes());
        passes.add(reader.standard("fold-batch-norm"));
        Pipeline pipeline = new Pipeline(passes, context);
        Pipeline.Result result = pipeline.run(StepStore.NONE);
        OnnxWriter.write(result.model(), folder.resolve("small.onnx"));
        // end
        assertThat(result.runs())
                .extracting(PassRun::id)
                .containsExactly("simplify", "prune", "distill", "quantize", "fold-batch-norm");
        assertThat(result.runs().get(1).after().macs())
                .isLessThanOrEqualTo(result.runs().get(1).before().macs() / 2);
        assertThat(folder.resolve("small.onnx")).isNotEmptyFile();
    }

    @Test
    void findsMetricsOfOnesOwn() throws IOException {
        PluginJar.write(folder, "own", "LABELS", "", "0");
        Path recipe = folder.resolve("recipe.yaml");
        Files.writeString(recipe, "metrics: [own]\n", StandardOpenOption.APPEND);
        // shown
        try (Plugins plugins = Plugins.open(folder.resolve("plugins"))) {
            List<PassRun> runs = plugins.use(() -> Compression.of(recipe).plan());
            runs.forEach(run -> System.out.println(run.id() + ": " + run.after().bytes()));
        }
        // end
    }

    @Test
    void triesModelsFromOutside() {
        Model model = OnnxReader.read(folder.resolve("network.onnx"));
        Model smaller;
        // shown
        try (Isolation isolation = new Isolation(Limits.ofThisMachine())) {
            ModelRunner runner = new IsolatedRunner(isolation, SessionSettings.DEFAULT);
            PassContext context = PassContext.of(model).withRunner(runner);
            smaller = Options.defaults(Prune.class).withMacs(0.5).apply(model, context);
        }
        // end
        assertThat(smaller).isNotSameAs(model);
    }

    @Test
    void exports() throws IOException {
        Model model = OnnxReader.read(folder.resolve("network.onnx"));
        // shown
        PassContext context = PassContext.of(model).withRunner(new OrtRunner());
        TorchFile file = TorchFile.of(model, context);
        Files.write(folder.resolve("network.pt"), file.bytes());
        // end
        assertThat(file.isBatchOpen()).isTrue();
        assertThat(folder.resolve("network.pt")).isNotEmptyFile();
    }
}
