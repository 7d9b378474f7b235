package dev.espalier.benchmarks;

import dev.espalier.core.report.LatencyResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.Statistics;

/** What the forks of one model at one setting found; filled while measuring. */
final class ModelRuns {
    private static final double CONFIDENCE = 0.999;

    private final Path model;
    private final int threads;
    private final int batch;
    private final List<RunResult> forks = new ArrayList<>();

    ModelRuns(Path model, int threads, int batch) {
        this.model = model;
        this.threads = threads;
        this.batch = batch;
    }

    Path model() {
        return model;
    }

    void add(RunResult fork) {
        forks.add(fork);
    }

    /**
     * The figures. The interval of the mean is taken over iterations, not calls: calls of one
     * iteration resemble each other, and an interval that takes them for independent is far too
     * narrow.
     */
    LatencyResult result() {
        double[] forkMedians =
                forks.stream().mapToDouble(fork -> calls(fork).getPercentile(50)).toArray();
        double[] means =
                forks.stream()
                        .flatMap(fork -> fork.getBenchmarkResults().stream())
                        .flatMap(result -> result.getIterationResults().stream())
                        .map(IterationResult::getPrimaryResult)
                        .mapToDouble(iteration -> iteration.getStatistics().getMean())
                        .toArray();
        ListStatistics iterations = new ListStatistics(means);
        Statistics all = calls(merged(model.toString()));
        return new LatencyResult(
                threads,
                batch,
                new ListStatistics(forkMedians).getPercentile(50),
                iterations.getMean(),
                iterations.getMeanErrorAt(CONFIDENCE),
                all.getPercentile(95),
                all.getMin(),
                all.getN(),
                Arrays.stream(forkMedians).boxed().toList());
    }

    private static Statistics calls(RunResult result) {
        return result.getPrimaryResult().getStatistics();
    }

    /** All forks as one result of JMH's, as if JMH had run them in a row. */
    RunResult merged(String name) {
        List<BenchmarkResult> results =
                forks.stream().flatMap(fork -> fork.getBenchmarkResults().stream()).toList();
        return new RunResult(
                JmhJson.params(forks.get(0).getParams(), name, batch, forks.size()), results);
    }
}
