package dev.espalier.cli.terminal;

import dev.espalier.core.pass.Progress;
import dev.espalier.core.report.Figures;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Now and then a plain line with the time left, for logs and pipes. */
final class LineProgress implements Progress {
    private static final long NANOS_BETWEEN_LINES = 5_000_000_000L;

    private final Consumer<String> lines;
    private final LongSupplier nanoTime;

    /**
     * @param lines takes each line
     * @param nanoTime the clock
     */
    LineProgress(Consumer<String> lines, LongSupplier nanoTime) {
        this.lines = lines;
        this.nanoTime = nanoTime;
    }

    @Override
    public Task begin(String name, long done, long steps, String unit) {
        return new LineTask(name, done, steps, unit);
    }

    private final class LineTask implements Task {
        private final String name;
        private final long earlier;
        private final long steps;
        private final String unit;
        private final long start = nanoTime.getAsLong();
        private long lastLine = start;
        private long done;
        private String words = "";

        LineTask(String name, long done, long steps, String unit) {
            this.name = name;
            this.earlier = done;
            this.done = done;
            this.steps = steps;
            this.unit = unit;
        }

        @Override
        public synchronized void advance(long count) {
            done += count;
            long now = nanoTime.getAsLong();
            if (now - lastLine < NANOS_BETWEEN_LINES || done >= steps || done <= earlier) {
                return;
            }
            lastLine = now;
            double left = (now - start) / 1e9 * (steps - done) / (done - earlier);
            lines.accept(
                    "  %s: %s of %s %s (%s %%), %s left%s"
                            .formatted(
                                    name,
                                    done,
                                    steps,
                                    unit,
                                    100 * done / steps,
                                    Figures.seconds(left),
                                    words.isEmpty() ? "" : "; " + words));
        }

        @Override
        public synchronized void show(String changed) {
            words = changed;
        }

        @Override
        public synchronized void close() {
            double seconds = (nanoTime.getAsLong() - start) / 1e9;
            if (lastLine != start || !words.isEmpty()) {
                lines.accept(
                        "  %s: %s %s in %s%s"
                                .formatted(
                                        name,
                                        done - earlier,
                                        unit,
                                        Figures.seconds(seconds),
                                        words.isEmpty() ? "" : "; " + words));
            }
        }
    }
}
