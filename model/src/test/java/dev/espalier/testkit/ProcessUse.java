package dev.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What this process holds in the course of a long work, and whether it holds more at its end than
 * at its beginning: of each figure, the median of the last quarter of the samples against the
 * median of the first. Linux only.
 */
public final class ProcessUse {
    private static final Path SELF = Path.of("/proc/self");
    private static final double MEBIBYTE = 1 << 20;
    private static final double MORE_HEAP = 4;
    private static final double MORE_BUFFERS = 1;
    private static final double MORE_THREADS = 1;
    private static final double MORE_HANDLES = 1;

    private final List<Sample> samples = new ArrayList<>();

    /**
     * @param heap MiB of objects after a collection
     * @param buffers MiB outside of the heap that Java's buffers hold, mapped files included
     * @param process MiB of memory that the whole process occupies
     * @param threads of Java and of native code, without those of the JVM's compilers
     * @param handles open files, pipes and sockets
     */
    private record Sample(
            int after, double heap, double buffers, double process, int threads, int handles) {
        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %d | %.1f | %.1f | %.1f | %d | %d |",
                    after,
                    heap,
                    buffers,
                    process,
                    threads,
                    handles);
        }
    }

    /** Skips the test where the system does not tell. */
    public ProcessUse() {
        assumeTrue(Files.exists(SELF), "needs Linux's /proc");
    }

    /** Notes what is held after {@code count} epochs, evaluations or whatever is counted. */
    public void sample(int count) throws IOException {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        double buffers =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        samples.add(
                new Sample(
                        count,
                        (runtime.totalMemory() - runtime.freeMemory()) / MEBIBYTE,
                        buffers / MEBIBYTE,
                        residentKibibytes() / 1024.0,
                        threads(),
                        count(SELF.resolve("fd"))));
    }

    private static long residentKibibytes() throws IOException {
        return Files.readAllLines(SELF.resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static int threads() throws IOException {
        int found = 0;
        try (Stream<Path> tasks = Files.list(SELF.resolve("task"))) {
            for (Path task : tasks.toList()) {
                Path name = task.resolve("comm");
                if (Files.exists(name) && !Files.readString(name).matches("(?s)C[12] Compiler.*")) {
                    found++;
                }
            }
        }
        return found;
    }

    private static int count(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return (int) files.count();
        }
    }

    /** The samples as a table, in Markdown. */
    public List<String> table(String counted) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "| "
                        + counted
                        + " | heap, MiB | buffers, MiB | process, MiB | threads | handles |");
        lines.add("|---|---|---|---|---|---|");
        samples.forEach(sample -> lines.add(sample.row()));
        return lines;
    }

    /**
     * The last quarter may hold 4 MiB of heap, 1 MiB of buffers, one thread and one handle more
     * than the first.
     *
     * @param moreOfProcess share by which the process may have grown: the JVM occupies pages of its
     *     heap that it has not needed before, and compiles, without a leak
     */
    public void assertIsFlat(double moreOfProcess) {
        String all = String.join("\n", table("after"));
        assertThat(last(Sample::heap)).as(all).isLessThanOrEqualTo(first(Sample::heap) + MORE_HEAP);
        assertThat(last(Sample::buffers))
                .as(all)
                .isLessThanOrEqualTo(first(Sample::buffers) + MORE_BUFFERS);
        assertThat(last(Sample::process))
                .as(all)
                .isLessThanOrEqualTo(first(Sample::process) * (1 + moreOfProcess));
        assertThat(last(Sample::threads))
                .as(all)
                .isLessThanOrEqualTo(first(Sample::threads) + MORE_THREADS);
        assertThat(last(Sample::handles))
                .as(all)
                .isLessThanOrEqualTo(first(Sample::handles) + MORE_HANDLES);
    }

    private double first(ToDoubleFunction<Sample> figure) {
        return median(samples.subList(0, quarter()), figure);
    }

    private double last(ToDoubleFunction<Sample> figure) {
        return median(samples.subList(samples.size() - quarter(), samples.size()), figure);
    }

    private int quarter() {
        assertThat(samples).hasSizeGreaterThanOrEqualTo(4);
        return samples.size() / 4;
    }

    private static double median(List<Sample> quarter, ToDoubleFunction<Sample> figure) {
        double[] sorted = quarter.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
