package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.onnx.OnnxReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompressCommandTest {
    @TempDir Path folder;

    private List<String> names(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void anOptionThatNoGroupsFulfilIsAMissedGoal() throws IOException {
        SmallFiles.network(folder);
        Path recipe =
                SmallFiles.recipe(
                        folder,
                        """
                        model: network.onnx
                        passes:
                          - group-conv: {sparsify: {epochs: 0}, fine-tune: {epochs: 0}}
                        """);
        Path out = folder.resolve("out");
        CommandRun run = CommandRun.of("compress", recipe, "--out", out, "--quick");
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.GOAL_MISSED);
        assertThat(run.out()).contains("goal missed: NOT group-conv.target.removed 0.5 (found 0)");
        JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
        assertThat(report.at("/goal/checks/0/name").asText())
                .isEqualTo("group-conv.target.removed");
        assertThat(report.at("/result/macs")).isEqualTo(report.at("/original/macs"));
        assertThat(report.at("/passes/1/skipped").toString())
                .contains("2 groups would keep 0.", "at least 0.9 is asked for");
    }

    @Test
    void writesTheWholeFolderAndTellsOfAMissedGoal() throws IOException {
        Path recipe = SmallFiles.pruning(folder);
        Path out = folder.resolve("out");
        CommandRun run =
                CommandRun.of(
                        "compress",
                        recipe,
                        "--out",
                        out,
                        "--quick",
                        "--set",
                        "goal.min-speedup=1000");
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.GOAL_MISSED);
        assertThat(names(out))
                .containsExactly(
                        ".espalier",
                        "latency.json",
                        "layers.csv",
                        "log.txt",
                        "model.onnx",
                        "passes.csv",
                        "recipe.yaml",
                        "report.html",
                        "report.json");
        assertThat(names(folder))
                .containsExactly(".out.espalier", "network.onnx", "out", "recipe.yaml");

        JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
        assertThat(report.get("version").asInt()).isEqualTo(1);
        assertThat(report.at("/result/macs").asLong())
                .isLessThanOrEqualTo(report.at("/original/macs").asLong() / 2);
        assertThat(report.at("/result/bytes").asLong())
                .isEqualTo(Files.size(out.resolve("model.onnx")));
        assertThat(report.at("/original/latency/0/p50Micros").asDouble()).isPositive();
        assertThat(report.at("/goal/met").asBoolean()).isFalse();
        assertThat(report.at("/passes/1/id").asText()).isEqualTo("prune");
        assertThat(report.at("/environment/seed").asLong()).isEqualTo(3);

        var metadata = OnnxReader.read(out.resolve("model.onnx")).metadata();
        assertThat(metadata)
                .containsEntry("dev.espalier.seed", "3")
                .containsEntry("dev.espalier.passes", "simplify, prune, fold-batch-norm")
                .containsKeys(
                        "dev.espalier.recipe-sha256",
                        "dev.espalier.input-sha256",
                        "dev.espalier.lowest-onnxruntime");
        assertThat(new ObjectMapper().readTree(out.resolve("latency.json").toFile())).hasSize(2);
        assertThat(CommandRun.of("recipe", "validate", out.resolve("recipe.yaml")).code()).isZero();

        // A folder of ours is replaced, one of somebody else is not.
        Path foreign = Files.createDirectories(folder.resolve("foreign"));
        Files.writeString(foreign.resolve("thesis.txt"), "precious");
        CommandRun refused = CommandRun.of("compress", recipe, "--out", foreign, "--quick");
        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("holds files that do not carry Espalier's mark");
        assertThat(names(foreign)).containsExactly("thesis.txt");
    }

    @Test
    void wrongInputIsToldBeforeAnyWorkAndLeavesNothing() throws IOException {
        Path recipe = SmallFiles.pruning(folder);
        Path out = folder.resolve("out");
        List<String> before = names(folder);
        assertCode(ExitCode.USAGE, "compress", recipe, "--out", out, "--set", "pases.0=1");
        assertCode(ExitCode.USAGE, "compress", recipe, "--out", out, "--model", "missing.onnx");
        assertCode(ExitCode.UNUSABLE_INPUT, "compress", recipe, "--out", out, "--model", recipe);
        assertCode(ExitCode.USAGE, "compress", folder.resolve("no.yaml"), "--out", out);
        assertCode(ExitCode.USAGE, "compress", recipe, "--out", recipe);
        assertThat(names(folder)).isEqualTo(before);
    }

    private static void assertCode(int code, Object... words) {
        CommandRun run = CommandRun.of(words);
        assertThat(run.code()).as(run.err()).isEqualTo(code);
        assertThat(run.err()).startsWith("error: ");
        assertThat(run.out()).isEmpty();
    }
}
