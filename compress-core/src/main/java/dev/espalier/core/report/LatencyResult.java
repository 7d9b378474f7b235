package dev.espalier.core.report;

import java.util.List;

/**
 * How long one call of a model takes, at one setting. A call runs a whole batch; times are
 * microseconds of wall clock.
 *
 * @param threads that one call may use
 * @param batch examples in one call
 * @param p50Micros median call: the median over forks of each fork's median
 * @param meanMicros mean over all measured iterations
 * @param errorMicros half width of the 99.9 % interval of the mean, by Student's t over iterations
 * @param p95Micros 95 of 100 calls took at most this long
 * @param minMicros fastest call
 * @param samples calls that were timed
 * @param forkP50Micros median call of each forked JVM, in the order in which they ran; the forks of
 *     an original and of its result alternate, so equal places were measured next to each other
 */
public record LatencyResult(
        int threads,
        int batch,
        double p50Micros,
        double meanMicros,
        double errorMicros,
        double p95Micros,
        double minMicros,
        long samples,
        List<Double> forkP50Micros) {
    public LatencyResult {
        forkP50Micros = forkP50Micros == null ? List.of() : List.copyOf(forkP50Micros);
    }

    /** Whether {@code other} was taken with the same number of threads and the same batch. */
    public boolean comparableTo(LatencyResult other) {
        return threads == other.threads && batch == other.batch;
    }
}
