package dev.espalier;

import dev.espalier.benchmarks.Latency;
import dev.espalier.benchmarks.LatencyPlan;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.ModelFacts;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.output.ResumeStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** What is measured once at the end, on the files themselves. */
final class FinalMeasurement {
    private final Compression asked;
    private final Workbench bench;
    private final RunLog log;

    FinalMeasurement(Compression asked, Workbench bench, RunLog log) {
        this.asked = asked;
        this.bench = bench;
        this.log = log;
    }

    /** Size, operations and, where there is data, the metrics of the test split. */
    ModelFacts facts(ModelFile file) {
        return facts(file, () -> evaluated(file));
    }

    /** The same of the original, whose metrics an earlier run may have kept. */
    ModelFacts facts(ModelFile file, OriginalMetrics kept) {
        return facts(file, () -> kept.on("test", () -> evaluated(file)));
    }

    /** The same of a result that no pass changed: its metrics are those of the original. */
    ModelFacts unchanged(ModelFile file, ModelFacts original) {
        return facts(file, original::metrics);
    }

    private ModelFacts facts(ModelFile file, Supplier<Map<String, Double>> found) {
        Cost cost = Cost.of(file.model(), bench.shapes().withBatch(1));
        ModelFacts facts = ModelFacts.of(file.bytes(cost), cost);
        if (!bench.judges(DataSplits::test)) {
            return facts;
        }
        Dataset test = bench.splits().test();
        Map<String, Double> metrics = found.get();
        Set<String> ratios = bench.metrics().ratios(metrics.keySet());
        String main = metrics.containsKey("top1") ? "top1" : metrics.keySet().iterator().next();
        double value = metrics.get(main);
        log.say(
                "%s: %s %s on %s test examples"
                        .formatted(
                                file.name(),
                                Figures.metricName(main),
                                ratios.contains(main)
                                        ? Figures.percent(value)
                                        : Figures.plain(value),
                                test.size()));
        return facts.withMetrics(metrics, ratios, "test", test.size());
    }

    private Map<String, Double> evaluated(ModelFile file) {
        return bench.metrics().on(file.path(), bench.splits().test(), asked.progress());
    }

    /** The recipe's settings. */
    LatencyPlan plan() {
        return plan(LatencyPlan.Effort.of(asked.quick()));
    }

    private LatencyPlan plan(LatencyPlan.Effort effort) {
        return new LatencyPlan(
                bench.recipe().benchmark().threads(),
                bench.recipe().benchmark().batch(),
                effort,
                bench.recipe().inputShapes(),
                bench.recipe().seed());
    }

    /**
     * Latency after each pass at the recipe's first setting: measured briefly for the models
     * between the recipe's own passes, and not at all in a quick run; the last pass has the
     * result's own. What was proved to equal the model before it and is nobody's wish, such as the
     * simplified original, is not measured.
     */
    List<List<LatencyResult>> stages(
            List<PassRun> runs,
            ResumeStore store,
            List<LatencyResult> original,
            List<LatencyResult> result) {
        List<Integer> changed = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            if (runs.get(i).changed()) {
                changed.add(i);
            }
        }
        List<Integer> between =
                asked.quick() || changed.isEmpty()
                        ? List.of()
                        : changed.subList(0, changed.size() - 1).stream()
                                .filter(bench::isOwn)
                                .toList();
        List<Path> files = between.stream().map(store::model).toList();
        Latency latency = files.isEmpty() ? null : briefly(files);
        List<List<LatencyResult>> stages = new ArrayList<>();
        List<LatencyResult> current = original.subList(0, 1);
        for (int i = 0; i < runs.size(); i++) {
            if (runs.get(i).changed()) {
                int measured = between.indexOf(i);
                boolean last = changed.indexOf(i) == changed.size() - 1;
                current =
                        last
                                ? result.subList(0, 1)
                                : measured < 0 ? List.of() : latency.of(measured).subList(0, 1);
            }
            stages.add(current);
        }
        return stages;
    }

    private Latency briefly(List<Path> files) {
        LatencyPlan all = plan(LatencyPlan.Effort.QUICK.withoutMore());
        LatencyPlan first =
                new LatencyPlan(
                        all.threads().subList(0, 1),
                        all.batches().subList(0, 1),
                        all.effort(),
                        all.inputShapes(),
                        all.seed());
        return asked.meter().measure(files, first, asked.progress());
    }
}
