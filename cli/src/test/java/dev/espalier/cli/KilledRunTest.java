package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk after a process ends in the middle of its work. */
class KilledRunTest {
    private static final String[] INPUTS = {"network.onnx", "recipe.yaml", "table"};

    @TempDir Path folder;

    private List<String> names(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** One run that is killed again and again, each time a phase later than before. */
    @Test
    void aKillInAnyPhaseLeavesNoOutputFolderAndResumeGivesTheSameModel() throws Exception {
        Path recipe = SmallFiles.everyPass(folder);
        Path out = folder.resolve("out");
        Path home = folder.resolve(".out.espalier");
        Path work = home.resolve("work");
        Object[] resume = {"compress", recipe, "--out", out, "--quick", "--resume"};

        try (ChildRun run = ChildRun.start(resume)) {
            // The JVM has hardly begun to read.
            run.kill();
            assertThat(names(folder)).containsExactly(INPUTS);
        }
        List<Path> moments =
                List.of(
                        work.resolve("run.json"),
                        work.resolve("step-1.json"),
                        // After the first epoch of three.
                        work.resolve("step-2.checkpoints/training"),
                        work.resolve("step-2.json"),
                        // Latency is measured next.
                        home.resolve("result/model.onnx"));
        for (Path moment : moments) {
            try (ChildRun run = ChildRun.start(resume)) {
                run.waitFor(moment);
                run.kill();
            }
            assertThat(names(folder))
                    .containsExactly(".out.espalier", "network.onnx", "recipe.yaml", "table");
        }
        // A changed recipe, model or data is not what was begun.
        CommandRun other =
                CommandRun.of(
                        "compress", recipe, "--out", out, "--quick", "--resume", "--set", "seed=4");
        assertThat(other.code()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("cannot resume: the recipe changed");

        try (ChildRun run = ChildRun.start(resume)) {
            run.readUntil("distill: finished earlier");
            run.waitFor(home.resolve("result/report.json"));
            run.kill();
        }
        // Killed while the files are written: then there are all of them or none.
        List<String> published = Files.exists(out) ? names(out) : List.of();
        try (ChildRun run = ChildRun.start(resume)) {
            List<String> lines = run.readAll();
            assertThat(run.code()).as("%s", lines).isZero();
        }
        assertThat(names(folder))
                .containsExactly(".out.espalier", "network.onnx", "out", "recipe.yaml", "table");
        assertThat(names(home)).containsExactly("lock");
        assertThat(names(out)).contains("model.onnx", "report.json").hasSize(10);
        assertThat(Files.readAllLines(out.resolve("metrics.csv")))
                .as("a head line, and the epochs of all runs")
                .hasSize(1 + 3)
                .allMatch(line -> line.matches("position,pass,epoch,.*|\\d,distill,\\d,.*"));
        assertThat(published).isIn(List.of(), names(out));

        // The same without a break, as far as the model.
        Path unbroken = folder.resolve("unbroken");
        Path model = folder.resolve(".unbroken.espalier/result/model.onnx");
        try (ChildRun run = ChildRun.start("compress", recipe, "--out", unbroken, "--quick")) {
            run.waitFor(model);
            run.kill();
        }
        assertThat(model).hasSameBinaryContentAs(out.resolve("model.onnx"));
    }

    @Test
    void ctrlCStopsAfterTheStepAndKeepsWhatIsFinished() throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/kill")), "needs a kill command");
        Path recipe = SmallFiles.pruning(folder);
        try (ChildRun run =
                ChildRun.start("compress", recipe, "--out", folder.resolve("out"), "--quick")) {
            run.readUntil("[3/3] fold-batch-norm:");
            run.interrupt();
            assertThat(run.readUntil("with --resume")).anyMatch(line -> line.startsWith("stopped"));
            assertThat(run.code()).isEqualTo(ExitCode.INTERRUPTED);
        }
        assertThat(names(folder)).containsExactly(".out.espalier", "network.onnx", "recipe.yaml");
        assertThat(folder.resolve(".out.espalier/result")).doesNotExist();
        assertThat(folder.resolve(".out.espalier/work/step-2.json")).exists();
    }
}
