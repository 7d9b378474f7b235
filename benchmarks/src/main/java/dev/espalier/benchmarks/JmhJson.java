package dev.espalier.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.WorkloadParams;

/** {@code latency.json}: results in the format that JMH itself writes. */
final class JmhJson {
    private JmhJson() {}

    static String write(Collection<RunResult> results) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(json, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
        return json.toString(StandardCharsets.UTF_8);
    }

    /**
     * The parameters of one fork's run, told for all {@code forks} of them.
     *
     * @param model what to call the model, in place of the path that it was measured at
     */
    static BenchmarkParams params(BenchmarkParams one, String model, int batch, int forks) {
        WorkloadParams workload = new WorkloadParams();
        workload.put("model", model, 0);
        workload.put("threads", one.getParam("threads"), 0);
        workload.put("batch", Integer.toString(batch), 0);
        return new BenchmarkParams(
                one.getBenchmark(),
                one.generatedBenchmark(),
                one.shouldSynchIterations(),
                one.getThreads(),
                one.getThreadGroups(),
                List.of(),
                forks,
                one.getWarmupForks(),
                one.getWarmup(),
                one.getMeasurement(),
                one.getMode(),
                workload,
                one.getTimeUnit(),
                one.getOpsPerInvocation(),
                one.getJvm(),
                one.getJvmArgs(),
                one.getJdkVersion(),
                one.getVmName(),
                one.getVmVersion(),
                one.getJmhVersion(),
                one.getTimeout());
    }
}
