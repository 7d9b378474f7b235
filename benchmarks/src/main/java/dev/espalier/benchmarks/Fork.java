package dev.espalier.benchmarks;

import dev.espalier.core.UnsupportedModelException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One forked JVM that times one model at one setting. */
final class Fork {
    static {
        // The lock is one file for all users of a machine: whoever finds another's cannot measure.
        System.setProperty("jmh.ignoreLock", "true");
    }

    private Fork() {}

    /**
     * Starts the JVM and waits for it.
     *
     * @param log receives what JMH and the fork print
     */
    static RunResult run(Path model, int threads, int batch, LatencyPlan plan, StringBuilder log) {
        LatencyPlan.Effort effort = plan.effort();
        TimeValue time = TimeValue.milliseconds(effort.iterationMillis());
        Options options =
                new OptionsBuilder()
                        .include("^" + InferenceBenchmark.class.getName() + "\\.infer$")
                        .param("model", model.toAbsolutePath().toString())
                        .param("threads", Integer.toString(threads))
                        .param("batch", Integer.toString(batch))
                        .forks(1)
                        .warmupIterations(1)
                        .warmupTime(time)
                        .measurementIterations(effort.iterations())
                        .measurementTime(time)
                        .jvmArgs(ForkSettings.jvmArgs(plan))
                        .shouldDoGC(false)
                        .shouldFailOnError(true)
                        .build();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            return new Runner(
                            options,
                            OutputFormatFactory.createFormatInstance(out, VerboseMode.NORMAL))
                    .runSingle();
        } catch (RunnerException e) {
            throw new UnsupportedModelException(
                    "%s: the JVM that measured it at %s threads, batch %s failed; its output: %s"
                            .formatted(
                                    model,
                                    threads,
                                    batch,
                                    lastLines(printed.toString(StandardCharsets.UTF_8))),
                    e);
        } finally {
            log.append(printed.toString(StandardCharsets.UTF_8));
        }
    }

    private static String lastLines(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .reduce((first, second) -> second)
                .orElse("none");
    }
}
