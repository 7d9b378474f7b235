package dev.espalier.benchmarks;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.runtime.RepeatedRun;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One call of a model file, inputs random and ready in native memory. Runs in a fork that {@link
 * Latency} starts; names and parameters are fixed, since JMH viewers compare files by them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class InferenceBenchmark {
    /** The file. */
    @Param({})
    public String model;

    /** That one call may use. */
    @Param("1")
    public int threads;

    /** Examples in one call. */
    @Param("1")
    public int batch;

    private RepeatedRun run;

    /** Creates the state; JMH sets the parameters. */
    public InferenceBenchmark() {}

    @Setup
    public void open() {
        InputShapes shapes =
                new InputShapes(
                        batch, ForkSettings.shapes(System.getProperty(ForkSettings.SHAPES)));
        run = RepeatedRun.open(Path.of(model), threads, shapes, Long.getLong(ForkSettings.SEED));
    }

    @Benchmark
    public void infer() {
        run.run();
    }

    @TearDown
    public void close() {
        run.close();
    }
}
