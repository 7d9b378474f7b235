package dev.espalier.cli;

import dev.espalier.ForeignModels;
import dev.espalier.benchmarks.Latency;
import dev.espalier.benchmarks.LatencyPlan;
import dev.espalier.cli.command.Espalier;
import dev.espalier.cli.terminal.Cancellation;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.pass.Progress;
import dev.espalier.internal.output.FolderMark;
import dev.espalier.internal.output.RunFolder;
import dev.espalier.testkit.disk.EveryOperation;
import dev.espalier.testkit.disk.FailingDisk;
import dev.espalier.testkit.disk.FailingDisk.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Runs {@code compress} in one folder again and again, each time with another operation on files
 * that fails, and resumes it. A process of its own, in which every path leads to the failing disk:
 * models, data, recipe and cache lie in the folder too. Latency is measured once, and from then on
 * that is the answer.
 */
final class CompressSweep {
    private static final int KEPT_LINES = 12;
    private static final Set<String> NAMES =
            Set.of(".out.espalier", "network.onnx", "out", "recipe.yaml", "table");

    private final FailingDisk disk;
    private final Path folder;
    private final Path out;
    private final Path saved;
    private final boolean old;
    private final ForeignModels foreign = new ForeignModels();
    private final Map<Integer, Latency> measured = new HashMap<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private byte[] expected;
    private byte[] before;

    private CompressSweep(Path folder, Path saved, boolean old) throws IOException {
        this.disk = FailingDisk.ofDefault(folder);
        this.folder = disk.folder();
        this.out = this.folder.resolve("out");
        this.saved = saved;
        this.old = old;
    }

    /** What one command did. */
    private record Ended(int code, List<String> lines) {}

    /**
     * @param args folder with recipe.yaml, an empty folder elsewhere, fault, seed, whether a result
     *     is there before, and of how many operations each one fails
     */
    public static void main(String[] args) throws IOException {
        CompressSweep sweep =
                new CompressSweep(
                        Path.of(args[0]), Path.of(args[1]), Boolean.parseBoolean(args[4]));
        try {
            sweep.run(Fault.valueOf(args[2]), Long.parseLong(args[3]), Integer.parseInt(args[5]));
        } catch (AssertionError e) {
            System.out.println("failed: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private void run(Fault fault, long seed, int stride) throws IOException {
        prepare();
        int count = 0;
        int first = stride == 1 ? 0 : Math.floorMod(seed, stride);
        for (int number = first; ; number += stride) {
            restore();
            disk.arm(fault, number);
            Ended ended = compress();
            boolean failed = disk.failed();
            List<String> operations = disk.operations();
            disk.powerOn(seed == 0 ? 0 : seed + number);
            if (!failed) {
                System.out.printf(
                        "%s, seed %d, %s: %d of %d operations failed once, exit codes %s%n",
                        fault,
                        seed,
                        old ? "a result before" : "none before",
                        count,
                        operations.size(),
                        outcomes);
                return;
            }
            count++;
            outcomes.merge("exit code " + ended.code(), 1, Integer::sum);
            try {
                check(ended);
            } catch (AssertionError e) {
                throw new AssertionError(
                        "%s at operation %d, %s: %s%n%s%nafter %s"
                                .formatted(
                                        fault,
                                        number,
                                        operations.get(number),
                                        e.getMessage(),
                                        String.join("\n", ended.lines()),
                                        operations.subList(
                                                Math.max(0, number - KEPT_LINES), number)),
                        e);
            }
        }
    }

    /** The bytes that every run must end in, and the result that is there before. */
    private void prepare() throws IOException {
        disk.count();
        require(compress("--set", "passes.0.prune.macs=0.8").code() == 0, "the old result");
        before = Files.readAllBytes(model());
        copy(folder, saved);
        require(compress().code() == 0, "the first run");
        expected = Files.readAllBytes(model());
        require(!Arrays.equals(before, expected), "two different models");
    }

    private Path model() {
        return out.resolve("model.onnx");
    }

    private void restore() throws IOException {
        for (Path each : Disk.list(folder)) {
            if (Files.isDirectory(each)) {
                EveryOperation.delete(each);
            } else {
                Files.delete(each);
            }
        }
        copy(saved, folder);
        if (!old) {
            EveryOperation.delete(out);
            EveryOperation.delete(home());
        }
    }

    private Path home() {
        return folder.resolve(".out.espalier");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each));
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.write(target, Files.readAllBytes(each));
                }
            }
        }
    }

    private Ended compress(String... more) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("compress", folder.resolve("recipe.yaml").toString()));
        words.addAll(List.of("--out", out.toString(), "--quick", "--debug"));
        words.addAll(List.of(more));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(print, print, false, false, 100);
        Espalier root =
                new Espalier(
                        terminal,
                        new Cancellation(),
                        (models, plan, progress) ->
                                measured.computeIfAbsent(
                                        models.size(), size -> brief(models, plan, progress)),
                        foreign);
        int code = Main.run(root, words.toArray(new String[0]));
        return new Ended(code, bytes.toString(StandardCharsets.UTF_8).lines().toList());
    }

    private static Latency brief(List<Path> models, LatencyPlan plan, Progress progress) {
        return Latency.measure(models, StallingEspalier.brief(plan), progress);
    }

    private void check(Ended ended) throws IOException {
        long errors = ended.lines().stream().filter(line -> line.startsWith("error:")).count();
        boolean told = ended.code() == ExitCode.DONE ? errors == 0 : errors == 1;
        require(told, "one sentence");
        require(
                Set.of(ExitCode.DONE, ExitCode.USAGE, ExitCode.UNUSABLE_INPUT)
                        .contains(ended.code()),
                "code");
        if (old) {
            RunFolder.open(out).close();
            require(FolderMark.isUntouched(out), "a whole result");
            byte[] now = Files.readAllBytes(model());
            boolean isNew = Arrays.equals(now, expected);
            require(isNew || Arrays.equals(now, before), "the old result or the new one");
            require(isNew || ended.code() != ExitCode.DONE, "the new result after success");
        }
        Ended resumed = compress("--resume");
        require(resumed.code() == ExitCode.DONE, "resuming: " + resumed.lines());
        require(Arrays.equals(Files.readAllBytes(model()), expected), "the same bytes");
        require(FolderMark.isUntouched(out), "a whole result after resuming");
        require(Disk.list(home()).equals(List.of(home().resolve("lock"))), "a tidy folder");
        Set<String> names = new TreeSet<>();
        for (Path each : Disk.list(folder)) {
            names.add(folder.relativize(each).toString());
        }
        names.remove("cache");
        require(names.equals(NAMES), "no other files: " + names);
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("expected " + what);
        }
    }
}
