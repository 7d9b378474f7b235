package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.benchmarks.Latency;
import dev.espalier.benchmarks.LatencyPlan;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.view.Json;
import dev.espalier.cli.view.SaturationView;
import dev.espalier.cli.view.Table;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.BenchmarkOptions;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.ModelFacts;
import dev.espalier.core.report.SpeedUp;
import dev.espalier.core.report.SummaryText;
import dev.espalier.core.report.Verdict;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.input.RecipePaths;
import dev.espalier.runtime.Agreement;
import dev.espalier.runtime.OrtModel;
import dev.espalier.runtime.OrtRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import java.util.stream.Stream;
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
        ModelFacts structureA = a.use(() -> facts(a, sizes));
        ModelFacts structureB = b.use(() -> facts(b, sizes));
        root.foreignModels().tryOut(a, sizes);
        root.foreignModels().tryOut(b, sizes);
        Agreement agreement = agreement(a, read, sizes);
        BenchmarkOptions benchmark =
                read.map(Recipe::benchmark).orElse(Options.defaults(BenchmarkOptions.class));
        Latency latency =
                Latency.measure(
                        List.of(first, second),
                        new LatencyPlan(
                                benchmark.threads(),
                                benchmark.batch(),
                                LatencyPlan.Effort.of(quick),
                                sizes.byInput(),
                                0),
                        root.progress());
        ModelFacts factsA = structureA.withLatency(latency.of(0));
        ModelFacts factsB = structureB.withLatency(latency.of(1));
        List<SaturationView> sums =
                Stream.of(a, b)
                        .map(
                                file ->
                                        new SaturationView(
                                                file.model(), root.foreignModels().runner()))
                        .toList();
        format.print(
                root.terminal(),
                () -> table(a, b, factsA, factsB, agreement, sums),
                () -> json(factsA, factsB, agreement, sums));
        if (format.isTable()) {
            warn(a, sums.get(0));
            warn(b, sums.get(1));
        }
        return ExitCode.DONE;
    }

    private void warn(ModelFile file, SaturationView sums) {
        if (sums.isWarning()) {
            root.terminal().out().println();
            root.terminal().out().println(file.name() + ": " + sums.text());
        }
    }

    private static ModelFacts facts(ModelFile file, InputShapes shapes) {
        Cost cost = Cost.of(file.model(), shapes.withBatch(1));
        return ModelFacts.of(file.bytes(cost), cost);
    }

    private Agreement agreement(ModelFile a, Optional<Recipe> read, InputShapes sizes) {
        OrtRunner runner = new OrtRunner();
        try (OrtModel one = runner.open(first);
                OrtModel other = runner.open(second)) {
            if (read.isPresent() && read.get().data().isPresent()) {
                DataSplits splits = new RecipePaths(recipe.get()).data(read.get(), a.model());
                return Agreement.on(splits.test(), one, other);
            }
            return Agreement.on(random(a, sizes), one, other);
        }
    }

    private static List<Map<String, Tensor>> random(ModelFile model, InputShapes sizes) {
        SplittableRandom random = new SplittableRandom(0);
        List<Map<String, Tensor>> runs = new ArrayList<>();
        for (int i = 0; i < RANDOM_RUNS; i++) {
            runs.add(sizes.random(model.model(), random));
        }
        return runs;
    }

    private static Table table(
            ModelFile a,
            ModelFile b,
            ModelFacts old,
            ModelFacts now,
            Agreement agreement,
            List<SaturationView> sums) {
        Table table = new Table("", "#" + a.name(), "#" + b.name(), "#A / B");
        table.row("nodes", nodes(a), nodes(b), "");
        ratio(table, "file", old.bytes(), now.bytes(), Figures::bytes);
        ratio(table, "parameters", old.parameters(), now.parameters(), Figures::count);
        table.row(
                "MACs",
                old.macsText(),
                now.macsText(),
                Figures.times(new Verdict(old, now).macsRatio()));
        if (sums.stream().anyMatch(SaturationView::isShown)) {
            table.row("8-bit sums", sums.get(0).brief(), sums.get(1).brief(), "");
        }
        for (List<LatencyResult> pair : old.latencyPairs(now)) {
            LatencyResult x = pair.get(0);
            LatencyResult y = pair.get(1);
            table.row(
                    "median, " + SummaryText.setting(x),
                    Figures.micros(x.p50Micros()),
                    Figures.micros(y.p50Micros()),
                    SpeedUp.of(pair).figures());
        }
        table.row(
                "same class, of " + agreement.samples(),
                "",
                Figures.percent(agreement.top1Agreement()),
                "");
        table.row("largest difference", "", Figures.plain(agreement.largestDifference()), "");
        table.row("relative to the scale", "", Figures.plain(agreement.relativeDifference()), "");
        table.row("signal over difference", "", decibels(agreement.signalToNoise()), "");
        return table.row("mean cosine", "", Figures.plain(agreement.cosine()), "");
    }

    private static String decibels(double ratio) {
        return Double.isInfinite(ratio)
                ? "no difference"
                : String.format(Locale.ROOT, "%.1f dB", ratio);
    }

    private static int nodes(ModelFile file) {
        return file.model().graph().nodes().size();
    }

    private static void ratio(
            Table table, String what, long a, long b, LongFunction<String> shown) {
        table.row(what, shown.apply(a), shown.apply(b), Figures.times((double) a / b));
    }

    private static ObjectNode json(
            ModelFacts a, ModelFacts b, Agreement agreement, List<SaturationView> sums) {
        ObjectNode json = Json.object();
        json.set("a", side(a, sums.get(0)));
        json.set("b", side(b, sums.get(1)));
        json.set("agreement", Json.of(agreement));
        ArrayNode speedups = json.putArray("speedup");
        for (SpeedUp speedUp : new Verdict(a, b).speedUps()) {
            speedups.add(Json.of(speedUp).put("verdict", speedUp.change()));
        }
        return json;
    }

    private static ObjectNode side(ModelFacts facts, SaturationView sums) {
        ObjectNode json = Json.of(facts);
        if (sums.isShown()) {
            json.set("saturation", sums.json());
        }
        return json;
    }
}
