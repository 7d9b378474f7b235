package dev.espalier;

import dev.espalier.benchmarks.Latency;
import dev.espalier.benchmarks.LatencyPlan;
import dev.espalier.core.pass.Progress;
import java.nio.file.Path;
import java.util.List;

/** Times the models of a compression, as {@link Latency#measure} does. */
public interface LatencyMeter {
    Latency measure(List<Path> models, LatencyPlan plan, Progress progress);
}
