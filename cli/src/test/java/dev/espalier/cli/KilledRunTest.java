package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk after a process ends in the middle of its work. */
class KilledRunTest {
    @TempDir Path folder;

    /** A compression in a JVM of its own. */
    private Process start(Path recipe, Path out, String... more) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                Main.class.getName(),
                                "compress",
                                recipe.toString(),
                                "--out",
                                out.toString(),
                                "--quick"));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Shorter in a process list than on the command line.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder.start();
    }

    /** Reads what the process prints until a line contains {@code sign}. */
    private static List<String> readUntil(BufferedReader lines, String sign) throws IOException {
        List<String> seen = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            seen.add(line);
            if (line.contains(sign)) {
                return seen;
            }
        }
        throw new AssertionError("ended without '" + sign + "': " + seen);
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aKillLeavesNoOutputFolderAndResumeGivesTheSameResult() throws Exception {
        Path recipe = SmallFiles.pruning(folder);
        Path out = folder.resolve("out");
        for (String moment :
                List.of("[1/3] simplify …", "[2/3] prune:", "[3/3] fold-batch-norm:")) {
            Process process = start(recipe, out, "--resume");
            try (BufferedReader lines = output(process)) {
                readUntil(lines, moment);
                process.destroyForcibly().waitFor();
            }
            assertThat(names()).containsExactly("network.onnx", "out.partial", "recipe.yaml");
        }
        // A changed recipe, model or data is not what was begun.
        CommandRun other =
                CommandRun.of(
                        "compress", recipe, "--out", out, "--quick", "--resume", "--set", "seed=4");
        assertThat(other.code()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("cannot resume: the recipe changed");

        CommandRun resumed = CommandRun.of("compress", recipe, "--out", out, "--quick", "--resume");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains("prune: finished earlier");
        assertThat(names()).containsExactly("network.onnx", "out", "recipe.yaml");

        Path whole = folder.resolve("whole");
        assertThat(CommandRun.of("compress", recipe, "--out", whole, "--quick").code()).isZero();
        assertThat(out.resolve("model.onnx")).hasSameBinaryContentAs(whole.resolve("model.onnx"));
    }

    @Test
    void ctrlCStopsAfterTheStepAndKeepsWhatIsFinished() throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/kill")), "needs a kill command");
        Path recipe = SmallFiles.pruning(folder);
        Process process = start(recipe, folder.resolve("out"));
        try (BufferedReader lines = output(process)) {
            readUntil(lines, "[3/3] fold-batch-norm:");
            new ProcessBuilder("/bin/kill", "-INT", Long.toString(process.pid())).start().waitFor();
            List<String> rest = readUntil(lines, "with --resume");
            assertThat(rest).anyMatch(line -> line.startsWith("stopped"));
        }
        assertThat(process.waitFor()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(names()).containsExactly("network.onnx", "out.partial", "recipe.yaml");
        assertThat(folder.resolve("out.partial/result")).doesNotExist();
        assertThat(folder.resolve("out.partial/step-2.json")).exists();
    }
}
