package dev.espalier.benchmarks;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.report.SpeedUp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * At which settings latency is measured, and how long; every number of threads is measured with
 * every batch.
 *
 * @param threads that one call may use
 * @param batches examples in one call, for models that leave the first dimension open
 * @param inputShapes whole shapes by input name, for models that leave more than that open
 * @param seed of the random inputs
 */
public record LatencyPlan(
        List<Integer> threads,
        List<Integer> batches,
        Effort effort,
        Map<String, Shape> inputShapes,
        long seed) {
    /**
     * How long one model is measured at one setting. The forks of several models alternate, so that
     * a machine that grows slower or busier does so for all of them.
     *
     * @param forks fresh JVMs of each model; the spread between them is what a single JVM cannot
     *     show
     * @param iterations in each fork, after one that is thrown away
     * @param iterationMillis length of one iteration, the one thrown away included
     * @param moreSeconds that all models together may take longer at one setting: while the
     *     interval of a speed-up over the first model {@link
     *     dev.espalier.core.report.SpeedUp#isWide is wide}, each model gets one more fork
     */
    public record Effort(int forks, int iterations, int iterationMillis, int moreSeconds) {
        /**
         * About 8 seconds a model; a quarter of a minute more for all where the machine is busy.
         */
        public static final Effort FULL = new Effort(SpeedUp.LEAST_PAIRS, 3, 200, 15);

        /** About 5 seconds a model; 8 seconds more for all where the machine is busy. */
        public static final Effort QUICK = new Effort(SpeedUp.LEAST_PAIRS, 2, 100, 8);

        /** The brief one where {@code quick}. */
        public static Effort of(boolean quick) {
            return quick ? QUICK : FULL;
        }

        public Effort {
            if (forks < 1 || iterations < 2 || iterationMillis < 1 || moreSeconds < 0) {
                throw new IllegalArgumentException(
                        "needs a fork, two iterations and time: "
                                + List.of(forks, iterations, iterationMillis, moreSeconds));
            }
        }

        /** This ending with the forks that it plans, however busy the machine is. */
        public Effort withoutMore() {
            return new Effort(forks, iterations, iterationMillis, 0);
        }
    }

    public LatencyPlan {
        threads = List.copyOf(threads);
        batches = List.copyOf(batches);
        // Not Map.copyOf: the fork's command line should not change from run to run.
        inputShapes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputShapes));
        if (threads.isEmpty() || threads.stream().anyMatch(count -> count < 1 || count > 1024)) {
            throw new InvalidOptionException("Benchmark threads are 1 to 1024, found " + threads);
        }
        if (batches.isEmpty() || batches.stream().anyMatch(size -> size < 1)) {
            throw new InvalidOptionException("A benchmark batch is at least 1, found " + batches);
        }
    }

    /** One thread, one example. */
    public static LatencyPlan single(Effort effort, long seed) {
        return new LatencyPlan(List.of(1), List.of(1), effort, Map.of(), seed);
    }
}
