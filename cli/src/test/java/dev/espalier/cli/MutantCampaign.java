package dev.espalier.cli;

import dev.espalier.testkit.Mutants;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Feeds a range of mutants to {@link ModelChain}. A fault is anything but success and the
 * documented exceptions, and more than {@link #LIMIT_SECONDS} of processor time for one mutant.
 */
public final class MutantCampaign {
    static final int LIMIT_SECONDS = 30;

    private static final String USAGE =
            """
            usage: MutantCampaign FROM TO [--bases DIR] [--write DIR]
              FROM TO      seeds of the mutants, the last one excluded
              --bases DIR  make them of the ONNX files in DIR instead of the small models
              --write DIR  write them to files there and do nothing else""";

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final int TOLD_EVERY = 1000;

    /** A mutant that waits for something costs no processor time. */
    private static final int MOST_LOOKS = 1200;

    private final Mutants mutants;
    private final PrintStream out;
    private final ModelChain chain = new ModelChain();
    private final TreeMap<String, Integer> refusals = new TreeMap<>();
    private long succeeded;
    private int faults;
    private long slowest;
    private long slowestSeed;

    MutantCampaign(Mutants mutants, PrintStream out) {
        this.mutants = mutants;
        this.out = out;
    }

    /** Runs, or writes, a range of seeds; ends with exit code 1 where there was a fault. */
    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length % 2 != 0) {
            System.err.println(USAGE);
            System.exit(2);
        }
        long from = Long.parseLong(args[0]);
        long to = Long.parseLong(args[1]);
        List<String> options = Arrays.asList(args).subList(2, args.length);
        int bases = options.indexOf("--bases");
        int write = options.indexOf("--write");
        Mutants mutants =
                bases < 0
                        ? Mutants.ofSmallModels()
                        : Mutants.of(files(Path.of(options.get(bases + 1))));
        if (write >= 0) {
            write(mutants, from, to, Path.of(options.get(write + 1)));
            return;
        }
        int faults = new MutantCampaign(mutants, System.out).run(from, to);
        System.exit(faults == 0 ? 0 : 1);
    }

    private static List<byte[]> files(Path folder) throws IOException {
        List<byte[]> files = new ArrayList<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file :
                    found.filter(path -> path.toString().endsWith(".onnx")).sorted().toList()) {
                files.add(Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static void write(Mutants mutants, long from, long to, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (long seed = from; seed < to; seed++) {
            Files.write(folder.resolve("mutant-" + seed + ".onnx"), mutants.of(seed));
        }
    }

    /** The number of faults among the mutants of these seeds, each of which is told. */
    int run(long from, long to) {
        long start = System.nanoTime();
        for (long seed = from; seed < to; seed++) {
            one(seed);
            if ((seed + 1 - from) % TOLD_EVERY == 0) {
                out.printf(
                        "%d mutants up to seed %d in %d s: %d faults%n",
                        seed + 1 - from,
                        seed,
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                        faults);
            }
        }
        out.printf(
                "seeds %d to %d: %d succeed in every step, %d faults; slowest seed %d with %d ms%n",
                from, to - 1, succeeded, faults, slowestSeed, slowest);
        refusals.forEach((step, count) -> out.printf("  refused in %s: %d%n", step, count));
        return faults;
    }

    /** Mutants with which every step succeeded. */
    long succeeded() {
        return succeeded;
    }

    private void one(long seed) {
        byte[] file = mutants.of(seed);
        FutureTask<List<ModelChain.Failure>> task = new FutureTask<>(() -> timed(seed, file));
        Thread thread = new Thread(task, "mutant " + seed);
        thread.setDaemon(true);
        thread.start();
        try {
            for (int look = 0; look < MOST_LOOKS && seconds(thread) < LIMIT_SECONDS; look++) {
                if (isDone(task)) {
                    note(seed, task.get());
                    return;
                }
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("seed " + seed, e);
        }
        faults++;
        out.printf("fault: seed %d is not done after %.0f s, at%n", seed, seconds(thread));
        Stream.of(thread.getStackTrace()).limit(12).forEach(at -> out.println("    " + at));
    }

    private static boolean isDone(FutureTask<?> task)
            throws ExecutionException, InterruptedException {
        try {
            task.get(1, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Processor time of a thread, 0 where it has ended. */
    private static double seconds(Thread thread) {
        return Math.max(0, THREADS.getThreadCpuTime(thread.getId())) / 1e9;
    }

    /** Runs the chain and notes how long that took. */
    private List<ModelChain.Failure> timed(long seed, byte[] file) {
        long before = THREADS.getCurrentThreadCpuTime();
        List<ModelChain.Failure> failures = chain.run(file);
        long took = TimeUnit.NANOSECONDS.toMillis(THREADS.getCurrentThreadCpuTime() - before);
        if (took > slowest) {
            slowest = took;
            slowestSeed = seed;
        }
        return failures;
    }

    private void note(long seed, List<ModelChain.Failure> failures) {
        succeeded += failures.isEmpty() ? 1 : 0;
        for (ModelChain.Failure failure : failures) {
            if (failure.isDocumented()) {
                refusals.merge(failure.step(), 1, Integer::sum);
                continue;
            }
            faults++;
            out.printf("fault: seed %d, %s: %s%n", seed, failure.step(), failure.thrown());
            Stream.of(failure.thrown().getStackTrace())
                    .limit(6)
                    .forEach(at -> out.println("    " + at));
        }
    }
}
