package dev.espalier.benchmarks;

import dev.espalier.core.CancelledException;
import dev.espalier.core.pass.Progress;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Rounds of forks, one of each model by turns: as many as are planned, and then one more as long as
 * some model's speed-up over the first is too uncertain and time is left. Looking at the interval
 * again and again makes it a little too narrow, since it ends when it happens to be; that it began
 * wide enough to go on is what remains of the doubt.
 *
 * @param nanoTime the clock
 */
record Rounds(LatencyPlan.Effort effort, LongSupplier nanoTime) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Models that are timed by turns. */
    interface Turns {
        int models();

        /** Times the model at {@code index} in a JVM of its own. */
        void fork(int index);

        /** Whether some model's speed-up over the first is too uncertain yet. */
        boolean isWide();
    }

    /**
     * @throws CancelledException where the thread is interrupted
     */
    void measure(List<? extends Turns> settings, Progress progress) {
        long models = settings.stream().mapToLong(Turns::models).sum();
        try (Progress.Task task =
                progress.begin("measuring latency", effort.forks() * models, "runs")) {
            for (Turns setting : settings) {
                for (int i = 0; i < effort.forks(); i++) {
                    round(setting, task);
                }
            }
        }
        for (Turns setting : settings) {
            long start = nanoTime.getAsLong();
            while (setting.isWide() && isLeft(start)) {
                try (Progress.Task task =
                        progress.begin(
                                "measuring latency again, for the machine is busy",
                                setting.models(),
                                "runs")) {
                    round(setting, task);
                }
            }
        }
    }

    private boolean isLeft(long start) {
        return (nanoTime.getAsLong() - start) / NANOS_PER_SECOND < effort.moreSeconds();
    }

    private static void round(Turns setting, Progress.Task task) {
        for (int i = 0; i < setting.models(); i++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("Stopped while measuring latency.");
            }
            setting.fork(i);
            task.advance(1);
        }
    }
}
