package dev.espalier;

import dev.espalier.benchmarks.Latency;
import dev.espalier.benchmarks.LatencyPlan;
import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.ModelFigures;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.recipe.RecipeWriter;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.ModelFacts;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.input.Fingerprint;
import dev.espalier.internal.input.Versions;
import dev.espalier.internal.output.OutputFiles;
import dev.espalier.internal.output.ResumeStore;
import dev.espalier.internal.output.RunFolder;
import dev.espalier.internal.output.RunKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The main job: from a recipe to an output folder. */
final class RecipeRun {
    static final String MODEL = "model.onnx";

    private final Compression asked;
    private final Workbench bench;
    private final Path out;
    private final ForeignModels foreign;
    private final RunLog log;
    private final OffsetDateTime started = OffsetDateTime.now(Clock.systemDefaultZone());
    private final long startNanos = System.nanoTime();

    /**
     * @param out the output folder
     * @param foreign where models that nobody here made are tried
     */
    RecipeRun(Compression asked, Workbench bench, Path out, ForeignModels foreign) {
        this.asked = asked;
        this.bench = bench;
        this.out = out;
        this.foreign = foreign;
        this.log = new RunLog(asked.listener(), Clock.systemDefaultZone());
    }

    /**
     * Runs the recipe and writes the folder.
     *
     * @return the report that lies in it
     */
    CompressionReport run() {
        bench.checkGuard();
        Map<String, String> hashes = new LinkedHashMap<>();
        hashes.put("recipe", bench.recipe().hash());
        hashes.put("model", Fingerprint.of(bench.original().path()));
        OnnxReader.externalFiles(bench.original().model())
                .forEach(file -> hashes.put("model's " + file.getFileName(), Fingerprint.of(file)));
        bench.models()
                .forEach(
                        file ->
                                hashes.merge(
                                        "model " + file.getFileName(),
                                        Fingerprint.of(ModelFile.read(file)),
                                        String::concat));
        if (bench.dataPath() != null) {
            hashes.put("data", Fingerprint.of(bench.dataPath()));
        }
        hashes.putAll(Plugins.hashes());
        try (RunFolder folder = RunFolder.open(out)) {
            ResumeStore store = store(folder, hashes);
            try {
                return run(folder, store, hashes);
            } catch (VerificationException e) {
                log.say("the models up to there are in " + folder.work());
                throw e;
            } catch (CompressionException e) {
                if (asked.cancelled().getAsBoolean()) {
                    // Ctrl-C also reaches forked JVMs, whose end looks like a failure.
                    String what = e instanceof CancelledException ? e.getMessage() : "stopped";
                    throw new CancelledException(
                            what + "; the same command with --resume goes on from there", e);
                }
                throw e;
            }
        }
    }

    private ResumeStore store(RunFolder folder, Map<String, String> hashes) {
        Map<String, String> parts = new LinkedHashMap<>();
        hashes.forEach((what, hash) -> parts.put("the " + what, hash));
        parts.put("Espalier's version", Versions.espalier());
        RunKey key = new RunKey(parts);
        if (asked.resume()) {
            return ResumeStore.resume(folder, key, log::say);
        }
        if (ResumeStore.hasSteps(folder)) {
            log.say("beginning anew; --resume would have gone on with the unfinished run");
        }
        return ResumeStore.fresh(folder, key, log::say);
    }

    private CompressionReport run(RunFolder folder, ResumeStore store, Map<String, String> hashes) {
        // A model that the runtime refuses is better refused before hours of work than after.
        bench.tryOut(foreign);
        bench.checkMetrics();
        OriginalMetrics metrics = OriginalMetrics.of(bench, hashes.get("data"), log);
        Pipeline.Result made =
                bench.pipeline(asked, foreign, folder, metrics)
                        .withListener(new PassLines(log))
                        .run(store);
        Path files = folder.result();
        Model stamped = Provenance.stamp(made.model(), provenance(made.runs(), hashes));
        Path file = files.resolve(MODEL);
        OnnxWriter.write(stamped, file);
        hashes.put("result", Fingerprint.of(file));
        ModelFile result = ModelFile.read(file);

        FinalMeasurement measured = new FinalMeasurement(asked, bench, log);
        ModelFacts before = measured.facts(bench.original(), metrics);
        boolean changed = made.runs().stream().anyMatch(PassRun::changed);
        ModelFacts after = changed ? measured.facts(result) : measured.unchanged(result, before);
        LatencyPlan plan = measured.plan();
        Latency latency =
                asked.meter()
                        .measure(List.of(bench.original().path(), file), plan, asked.progress());
        before = before.withLatency(latency.of(0));
        after = after.withLatency(latency.of(1));
        List<List<LatencyResult>> stages =
                measured.stages(made.runs(), store, before.latency(), after.latency());

        Map<String, Double> decibels =
                IntegerNoise.of(
                        bench.original().model(),
                        made.runs(),
                        store,
                        result.model(),
                        bench.splits());
        ReportAssembly assembly =
                new ReportAssembly(bench, asked, started, (System.nanoTime() - startNanos) / 1e9);
        CompressionReport report =
                assembly.report(before, after, result, made.runs(), stages, decibels, hashes);
        String latencyJson = latency.json(List.of(bench.original().name(), MODEL));
        log.keep(latency.log());
        OutputFiles.write(
                files, report, latencyJson, RecipeWriter.write(bench.recipe()), log.text());
        if (asked.cancelled().getAsBoolean()) {
            throw new CancelledException("stopped");
        }
        folder.publish();
        return report;
    }

    private Map<String, String> provenance(List<PassRun> runs, Map<String, String> hashes) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("version", Versions.espalier());
        facts.put("recipe-sha256", hashes.get("recipe"));
        facts.put("input-sha256", hashes.get("model"));
        facts.put("passes", String.join(", ", runs.stream().map(PassRun::id).toList()));
        facts.put("seed", Long.toString(bench.recipe().seed()));
        facts.put("onnxruntime", Versions.pinned("onnxruntime"));
        return facts;
    }

    /**
     * {@code figures} as the report shows them.
     *
     * @param ratios the metrics that are
     */
    static ModelFacts facts(ModelFigures figures, Set<String> ratios, List<LatencyResult> latency) {
        return new ModelFacts(
                figures.bytes(),
                figures.parameters(),
                figures.macs(),
                figures.uncounted(),
                figures.metrics(),
                ratios,
                figures.split(),
                figures.samples(),
                new ArrayList<>(latency));
    }
}
