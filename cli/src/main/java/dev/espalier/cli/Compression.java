package dev.espalier.cli;

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
import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The main job: from a recipe to an output folder. */
final class Compression {
    static final String MODEL = "model.onnx";

    private final Espalier root;
    private final Workbench bench;
    private final Order order;
    private final RunLog log;
    private final OffsetDateTime started = OffsetDateTime.now(Clock.systemDefaultZone());
    private final long startNanos = System.nanoTime();

    /**
     * What the user asked for besides the recipe.
     *
     * @param out the output folder
     * @param resume whether to go on where an earlier run ended
     * @param quick whether latency is measured briefly, and of the result alone
     * @param command what to type to make the result again
     */
    record Order(Path out, boolean resume, boolean quick, String command) {}

    Compression(Espalier root, Workbench bench, Order order) {
        this.root = root;
        this.bench = bench;
        this.order = order;
        this.log = new RunLog(root.terminal(), Clock.systemDefaultZone());
    }

    /**
     * Runs the recipe and writes the folder.
     *
     * @return the report that lies in it
     */
    CompressionReport run() {
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
        try (RunFolder folder = RunFolder.open(order.out())) {
            ResumeStore store = store(folder, hashes);
            try {
                return run(folder, store, hashes);
            } catch (VerificationException e) {
                log.say("the models up to there are in " + folder.work());
                throw e;
            } catch (CompressionException e) {
                if (root.cancellation().isAsked()) {
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
        parts.put("Espalier's version", Version.espalier());
        RunKey key = new RunKey(parts);
        if (order.resume()) {
            return ResumeStore.resume(folder, key, log::say);
        }
        if (ResumeStore.hasSteps(folder)) {
            log.say("beginning anew; --resume would have gone on with the unfinished run");
        }
        return ResumeStore.fresh(folder, key, log::say);
    }

    private CompressionReport run(RunFolder folder, ResumeStore store, Map<String, String> hashes) {
        // A model that the runtime refuses is better refused before hours of work than after.
        bench.tryOut(root.foreignModels());
        Pipeline.Result made =
                bench.pipeline(root, folder.reproducer(), folder.work())
                        .withListener(new PassLines(log))
                        .run(store);
        Path files = folder.result();
        Model stamped = Provenance.stamp(made.model(), provenance(made.runs(), hashes));
        Path file = files.resolve(MODEL);
        OnnxWriter.write(stamped, file);
        hashes.put("result", Fingerprint.of(file));
        ModelFile result = ModelFile.read(file);

        FinalMeasurement measured = new FinalMeasurement(root, bench, order.quick(), log);
        ModelFacts before = measured.facts(bench.original());
        ModelFacts after = measured.facts(result);
        LatencyPlan plan = measured.plan();
        Latency latency =
                root.meter().measure(List.of(bench.original().path(), file), plan, root.progress());
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
                new ReportAssembly(bench, order, started, (System.nanoTime() - startNanos) / 1e9);
        CompressionReport report =
                assembly.report(before, after, result, made.runs(), stages, decibels, hashes);
        String latencyJson = latency.json(List.of(bench.original().name(), MODEL));
        log.keep(latency.log());
        OutputFiles.write(files, report, latencyJson, RecipeWriter.write(bench.recipe()), log);
        root.cancellation().throwIfAsked();
        folder.publish();
        return report;
    }

    private Map<String, String> provenance(List<PassRun> runs, Map<String, String> hashes) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("version", Version.espalier());
        facts.put("recipe-sha256", hashes.get("recipe"));
        facts.put("input-sha256", hashes.get("model"));
        facts.put("passes", String.join(", ", runs.stream().map(PassRun::id).toList()));
        facts.put("seed", Long.toString(bench.recipe().seed()));
        facts.put("onnxruntime", Version.pinned("onnxruntime"));
        return facts;
    }

    /** {@code figures} as the report shows them. */
    static ModelFacts facts(ModelFigures figures, List<LatencyResult> latency) {
        return new ModelFacts(
                figures.bytes(),
                figures.parameters(),
                figures.macs(),
                figures.metrics(),
                figures.split(),
                figures.samples(),
                new ArrayList<>(latency));
    }
}
