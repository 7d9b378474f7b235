package dev.espalier;

import dev.espalier.core.data.DataSplits;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.pass.ModelFigures;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Goal;
import dev.espalier.core.recipe.RecipeWriter;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Curve;
import dev.espalier.core.report.Environment;
import dev.espalier.core.report.GoalResult;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.LayerTable;
import dev.espalier.core.report.Machine;
import dev.espalier.core.report.ModelFacts;
import dev.espalier.core.report.NumberTable;
import dev.espalier.core.report.PassReport;
import dev.espalier.core.report.RunFacts;
import dev.espalier.core.report.SpeedUp;
import dev.espalier.core.report.Verdict;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.input.Versions;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts together what a report is made from. */
final class ReportAssembly {
    private final Workbench bench;
    private final Compression asked;
    private final OffsetDateTime started;
    private final double seconds;

    ReportAssembly(Workbench bench, Compression asked, OffsetDateTime started, double seconds) {
        this.bench = bench;
        this.asked = asked;
        this.started = started;
        this.seconds = seconds;
    }

    /**
     * @param stages latency after each of {@code runs}
     * @param decibels signal-to-noise ratios of integer values
     */
    CompressionReport report(
            ModelFacts before,
            ModelFacts after,
            ModelFile result,
            List<PassRun> runs,
            List<List<LatencyResult>> stages,
            Map<String, Double> decibels,
            Map<String, String> hashes) {
        return new CompressionReport(
                run(),
                before,
                after,
                passes(runs, stages, before),
                LayerTable.of(
                        bench.original().model(), result.model(), bench.shapes().withBatch(1)),
                NumberTable.of(
                        bench.original().model(),
                        before.bytes(),
                        result.model(),
                        after.bytes(),
                        decibels),
                goal(bench.recipe().goal(), before, after, runs, Machine.current().hasDotProduct()),
                new Environment(Machine.current(), versions(), bench.recipe().seed(), hashes));
    }

    private RunFacts run() {
        List<String> inputs =
                bench.original().model().graph().feeds().stream()
                        .map(
                                input ->
                                        input.name()
                                                + ": "
                                                + input.type()
                                                        .map(TensorType::toString)
                                                        .orElse("?"))
                        .toList();
        List<String> notes = new ArrayList<>();
        if (bench.data().isEmpty()) {
            notes.add("No data was given: accuracy was not measured.");
        } else if (!bench.judges(DataSplits::test)) {
            notes.add("The test data has no labels: accuracy was not measured.");
        }
        if (asked.quick()) {
            notes.add("Latency was measured briefly (--quick).");
        }
        return new RunFacts(
                bench.original().name(),
                inputs,
                asked.command().stream().toList(),
                RecipeWriter.write(bench.recipe()),
                started.truncatedTo(ChronoUnit.SECONDS).toString(),
                seconds,
                notes);
    }

    private List<PassReport> passes(
            List<PassRun> runs, List<List<LatencyResult>> stages, ModelFacts original) {
        List<PassReport> reports = new ArrayList<>();
        List<LatencyResult> latency = original.latency().subList(0, 1);
        var passes = bench.passes();
        for (int i = 0; i < runs.size(); i++) {
            PassRun run = runs.get(i);
            reports.add(
                    new PassReport(
                            run.id(),
                            RecipeWriter.write(passes.get(i)),
                            run.seconds(),
                            facts(run.before(), latency),
                            facts(run.after(), stages.get(i)),
                            run.notes(),
                            run.skips().stream()
                                    .map(s -> new PassReport.Skipped(s.where(), s.reason()))
                                    .toList(),
                            curves(run),
                            run.told().attempts(),
                            run.told().layerErrors()));
            latency = stages.get(i);
        }
        return reports;
    }

    private ModelFacts facts(ModelFigures figures, List<LatencyResult> latency) {
        return RecipeRun.facts(
                figures, bench.metrics().ratios(figures.metrics().keySet()), latency);
    }

    private static List<Curve> curves(PassRun run) {
        Map<String, List<Curve.Point>> byName = new LinkedHashMap<>();
        for (PassRun.Reading reading : run.readings()) {
            byName.computeIfAbsent(reading.curve(), name -> new ArrayList<>())
                    .add(new Curve.Point(reading.epoch(), reading.value()));
        }
        return byName.entrySet().stream().map(e -> new Curve(e.getKey(), e.getValue())).toList();
    }

    /**
     * What of {@code goal} was reached, and what passes were asked for and did not reach. A wish
     * that could not be measured is not met, nor is one for speed that only the middle of its
     * interval fulfils: what is asked for is to be stood for.
     *
     * @param hasDotProduct whether the CPU has instructions for 8-bit dot products
     */
    static GoalResult goal(
            Goal goal,
            ModelFacts before,
            ModelFacts after,
            List<PassRun> runs,
            boolean hasDotProduct) {
        List<GoalResult.Check> checks = new ArrayList<>();
        goal.maxDrop()
                .ifPresent(
                        most -> {
                            double drop =
                                    100
                                            * (before.metric("top1").orElse(Double.NaN)
                                                    - after.metric("top1").orElse(Double.NaN));
                            // Half of a thousandth of a point is the rounding of the ratios.
                            checks.add(
                                    new GoalResult.Check(
                                            "max-drop", most, drop, drop <= most + 5e-7));
                        });
        goal.metrics().forEach(wanted -> checks.addAll(MetricChecks.of(wanted, before, after)));
        boolean slower = goal.minSpeedupWithoutDotProduct().isPresent() && !hasDotProduct;
        (slower ? goal.minSpeedupWithoutDotProduct() : goal.minSpeedup())
                .ifPresent(
                        least -> {
                            Optional<SpeedUp> speedUp = new Verdict(before, after).speedUp();
                            double worst = speedUp.map(SpeedUp::low).orElse(Double.NaN);
                            checks.add(
                                    new GoalResult.Check(
                                            slower
                                                    ? "min-speedup-without-dot-product"
                                                    : "min-speedup",
                                            least,
                                            speedUp.map(SpeedUp::speedup).orElse(Double.NaN),
                                            worst,
                                            worst >= least));
                        });
        for (PassRun run : runs) {
            for (PassRun.Miss miss : run.misses()) {
                checks.add(new GoalResult.Check(miss.option(), miss.asked(), miss.found(), false));
            }
        }
        return GoalResult.of(checks);
    }

    private static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("Espalier", Versions.espalier());
        versions.put("ONNX Runtime", Versions.pinned("onnxruntime"));
        versions.put("DJL", Versions.pinned("djl"));
        versions.put("PyTorch", Versions.pinned("pytorch"));
        versions.put("JMH", Versions.pinned("jmh"));
        return versions;
    }
}
