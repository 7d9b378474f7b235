package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that are trained by processes of their own. */
class WorkersTest {
    private static final String ONE = "--set=passes.0.graft.members.workers=1";
    private static final long MILLIS_BETWEEN_LOOKS = 5;

    @TempDir Path folder;

    private Path recipe(int epochs) throws IOException {
        SmallFiles.everyPass(folder);
        return SmallFiles.recipe(
                folder,
                """
                model: network.onnx
                data: {format: csv, path: table}
                passes:
                  - graft:
                      epochs: %d
                      learning-rate: 0.01
                      members: {networks: 2, initialize: true, workers: 2}
                      regime: {batch: 9, augmentation: {padding: 0, flip: false}}
                seed: 3
                """
                        .formatted(epochs));
    }

    private ChildRun start(Path recipe, String out, Object... more) throws IOException {
        Object[] words = new Object[5 + more.length];
        words[0] = "compress";
        words[1] = recipe;
        words[2] = "--out";
        words[3] = folder.resolve(out);
        words[4] = "--quick";
        System.arraycopy(more, 0, words, 5, more.length);
        return ChildRun.start(words);
    }

    /** The model that the pass returned, as it is kept until latency is measured. */
    private Path model(String out) {
        return folder.resolve("." + out + ".espalier/work/step-1.onnx");
    }

    private Path checkpoints(String out) {
        return folder.resolve("." + out + ".espalier/work/step-1.checkpoints");
    }

    private void finish(ChildRun run, String out) throws Exception {
        run.waitFor(folder.resolve("." + out + ".espalier/work/step-1.json"));
        run.kill();
    }

    /** A process that trains, once there is one. */
    private static ProcessHandle worker(ChildRun run) throws InterruptedException {
        Optional<ProcessHandle> found = Optional.empty();
        while (found.isEmpty()) {
            Thread.sleep(MILLIS_BETWEEN_LOOKS);
            found = run.children().findFirst();
        }
        return found.get();
    }

    @Test
    void giveWhatOneProcessDoesThoughTheyAreKilledAndTheLeaderToo() throws Exception {
        Path recipe = recipe(40);
        try (ChildRun run = start(recipe, "alone", ONE)) {
            finish(run, "alone");
        }
        try (ChildRun run = start(recipe, "out")) {
            run.waitFor(checkpoints("out").resolve("joint-training"));
            worker(run).destroyForcibly();
            finish(run, "out");
        }
        assertThat(model("out")).hasSameBinaryContentAs(model("alone"));
        assertThat(Files.readString(folder.resolve(".out.espalier/work/step-1.json")))
                .containsPattern(
                        "network [12]: epoch \\d+ failed, since its process ended with exit"
                                + " code 137; its log is");

        List<ProcessHandle> left;
        try (ChildRun run = start(recipe, "killed")) {
            run.waitFor(checkpoints("killed").resolve("joint-training"));
            left = run.children().toList();
            run.killAlone();
        }
        assertThat(left).isNotEmpty();
        for (ProcessHandle process : left) {
            process.onExit().get();
        }
        try (ChildRun run = start(recipe, "killed", "--resume")) {
            finish(run, "killed");
        }
        assertThat(model("killed")).hasSameBinaryContentAs(model("alone"));
    }

    @Test
    void ctrlCOfTheLeaderStopsThem() throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/kill")), "needs a kill command");
        try (ChildRun run = start(recipe(10000), "out")) {
            run.waitFor(checkpoints("out").resolve("joint-training"));
            List<ProcessHandle> workers = run.children().toList();
            assertThat(workers).hasSize(2);
            run.interrupt();
            assertThat(run.readUntil("with --resume")).anyMatch(line -> line.startsWith("stopped"));
            assertThat(run.code()).isEqualTo(ExitCode.INTERRUPTED);
            for (ProcessHandle process : workers) {
                process.onExit().get();
            }
        }
        assertThat(checkpoints("out").resolve("worker-1.log")).exists();
    }

    /** The data is moved away while the run begins: the leader has read it, the others cannot. */
    @Test
    void whatKeepsThemFromStartingIsInTheErrorAndTheLog() throws Exception {
        Path recipe = recipe(2);
        Path table = folder.resolve("table");
        try (ChildRun run = start(recipe, "out")) {
            run.readUntil("[2/3] graft");
            Files.move(table, folder.resolve("elsewhere"));
            List<String> lines = run.readAll();
            assertThat(run.code()).as("%s", lines).isEqualTo(ExitCode.INTERNAL);
            assertThat(lines.get(lines.size() - 1))
                    .containsPattern(
                            "error: pass 2 of 3, 'graft' .*: network [12] of 2: epoch 1 failed 4"
                                    + " times, the last time since its process ended with exit"
                                    + " code 2; its log is .*worker-[12].log");
        }
        assertThat(checkpoints("out").resolve("worker-1.log"))
                .content()
                .contains("error: ")
                .contains("the data");
    }
}
