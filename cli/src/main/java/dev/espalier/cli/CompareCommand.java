package dev.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.benchmarks.Latency;
import dev.espalier.benchmarks.LatencyPlan;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataLoader;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.BenchmarkOptions;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.ModelFacts;
import dev.espalier.runtime.Agreement;
import dev.espalier.runtime.OrtModel;
import dev.espalier.runtime.OrtRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description = "Sets two models side by side: size, operations, outputs, latency.")
final class CompareCommand implements Callable<Integer> {
    /** Random inputs that outputs are compared on where there is no data. */
    private static final int RANDOM_RUNS = 16;

    private final Espalier root;
    @Mixin private FormatOption format;
    @Mixin private ShapesOption shapes;

    @Parameters(index = "0", paramLabel = "A", description = "An ONNX file.")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "Another one.")
    private Path second;

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            description = "Compare outputs on its test split, at its benchmark settings.")
    private Optional<Path> recipe;

    @Option(names = "--quick", description = "Measure latency briefly.")
    private boolean quick;

    CompareCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Optional<Recipe> read =
                recipe.map(
                        file ->
                                new RecipeReader(PassRegistry.load())
                                        .read(file, RecipeReader.Changes.NONE));
        InputShapes sizes = read.map(Recipe::shapes).orElseGet(() -> shapes.withBatch(1));
        ModelFile a = ModelFile.read(first);
        ModelFile b = ModelFile.read(second);
        Agreement agreement = agreement(a, read, sizes);
        BenchmarkOptions benchmark =
                read.map(Recipe::benchmark).orElse(new BenchmarkOptions(List.of(1), List.of(1)));
        Latency latency =
                Latency.measure(
                        List.of(first, second),
                        new LatencyPlan(
                                benchmark.threads(),
                                benchmark.batch(),
                                quick ? LatencyPlan.Effort.QUICK : LatencyPlan.Effort.FULL,
                                sizes.byInput(),
                                0),
                        root.progress());
        ModelFacts factsA = facts(a, sizes).withLatency(latency.of(0));
        ModelFacts factsB = facts(b, sizes).withLatency(latency.of(1));
        format.print(
                root.terminal(),
                () -> table(a, b, factsA, factsB, agreement),
                () -> json(factsA, factsB, agreement));
        return ExitCode.DONE;
    }

    private static ModelFacts facts(ModelFile file, InputShapes shapes) {
        Cost cost = Cost.of(file.model(), shapes.withBatch(1));
        return ModelFacts.of(file.bytes(cost), cost.parameters(), cost.macs());
    }

    private Agreement agreement(ModelFile a, Optional<Recipe> read, InputShapes sizes) {
        OrtRunner runner = new OrtRunner();
        try (OrtModel one = runner.open(first);
                OrtModel other = runner.open(second)) {
            if (read.isPresent() && read.get().data().isPresent()) {
                var options = read.get().data().get();
                Path place = new RecipePaths(recipe.get()).require(options.path(), "data");
                return Agreement.on(
                        DataLoader.open(options.at(place), a.model(), read.get().seed()).test(),
                        one,
                        other);
            }
            return Agreement.on(random(a, sizes), one, other);
        }
    }

    private static List<Map<String, Tensor>> random(ModelFile model, InputShapes sizes) {
        SplittableRandom random = new SplittableRandom(0);
        List<Map<String, Tensor>> runs = new ArrayList<>();
        for (int i = 0; i < RANDOM_RUNS; i++) {
            runs.add(sizes.random(model.model().graph().feeds(), random));
        }
        return runs;
    }

    private static Table table(
            ModelFile a, ModelFile b, ModelFacts old, ModelFacts now, Agreement agreement) {
        Table table = new Table("", "#" + a.name(), "#" + b.name(), "#A / B");
        table.row("nodes", nodes(a), nodes(b), "");
        ratio(
                table,
                "file",
                Figures.bytes(old.bytes()),
                Figures.bytes(now.bytes()),
                old.bytes(),
                now.bytes());
        ratio(
                table,
                "parameters",
                Figures.count(old.parameters()),
                Figures.count(now.parameters()),
                old.parameters(),
                now.parameters());
        ratio(
                table,
                "MACs",
                Figures.count(old.macs()),
                Figures.count(now.macs()),
                old.macs(),
                now.macs());
        for (List<LatencyResult> pair : old.latencyPairs(now)) {
            LatencyResult x = pair.get(0);
            LatencyResult y = pair.get(1);
            ratio(
                    table,
                    "median, %d threads, batch %d".formatted(x.threads(), x.batch()),
                    Figures.micros(x.p50Micros()),
                    Figures.micros(y.p50Micros()),
                    x.p50Micros(),
                    y.p50Micros());
        }
        table.row(
                "same class, of " + agreement.samples(),
                "",
                Figures.percent(agreement.top1Agreement()),
                "");
        table.row("largest difference", "", Figures.plain(agreement.largestDifference()), "");
        table.row("relative to the scale", "", Figures.plain(agreement.relativeDifference()), "");
        return table.row("mean cosine", "", Figures.plain(agreement.cosine()), "");
    }

    private static int nodes(ModelFile file) {
        return file.model().graph().nodes().size();
    }

    private static void ratio(
            Table table, String what, String shownA, String shownB, double a, double b) {
        table.row(what, shownA, shownB, Figures.times(a / b));
    }

    private static ObjectNode json(ModelFacts a, ModelFacts b, Agreement agreement) {
        ObjectNode json = Json.object();
        json.set("a", Json.of(a));
        json.set("b", Json.of(b));
        json.set("agreement", Json.of(agreement));
        ArrayNode speedups = json.putArray("speedup");
        a.latencyPairs(b)
                .forEach(
                        pair -> {
                            ObjectNode node = speedups.addObject();
                            node.put("threads", pair.get(0).threads());
                            node.put("batch", pair.get(0).batch());
                            Json.put(
                                    node,
                                    "speedup",
                                    pair.get(0).p50Micros() / pair.get(1).p50Micros());
                        });
        return json;
    }
}
