package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.testkit.NpzFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
    @TempDir Path folder;

    private JsonNode report() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("out/report.json").toFile());
    }

    private CommandRun compress(Path recipe, Object... more) {
        Object[] words = new Object[5 + more.length];
        System.arraycopy(
                new Object[] {"compress", recipe, "--out", folder.resolve("out"), "--quick"},
                0,
                words,
                0,
                5);
        System.arraycopy(more, 0, words, 5, more.length);
        return CommandRun.of(words);
    }

    /** Of 8 test rows, scores 5, 1, 1: the sum of the outputs is 56. */
    @Test
    void aMetricFromAJarIsMeasuredAndAGoal() throws IOException {
        Path recipe = SmallFiles.classification(folder);
        Path plugins =
                PluginJar.write(
                        folder,
                        "sum-of-scores",
                        "LABELS",
                        "for (float y : batch.first().toFloats()) { sum += y; }",
                        "sum");
        CommandRun met =
                compress(
                        recipe,
                        "--plugins",
                        plugins,
                        "--set",
                        "metrics=[top1, sum-of-scores]",
                        "--set",
                        "goal.metrics=[{metric: sum-of-scores, min: 55, max-decrease: 0}]");
        assertThat(met.code()).as(met.err()).isZero();
        assertThat(met.out()).contains("sum-of-scores min 55 (found 56)");
        assertThat(report().at("/result/metrics").toString())
                .isEqualTo("{\"top1\":0.75,\"sum-of-scores\":56.0}");
        assertThat(report().at("/result/ratios").toString()).isEqualTo("[\"top1\"]");
        assertThat(report().at("/environment/sha256").has("plug-in outside.jar")).isTrue();

        CommandRun missed =
                compress(
                        recipe,
                        "--plugins",
                        plugins,
                        "--set",
                        "goal.metrics=[{metric: sum-of-scores, min: 57}]");
        assertThat(missed.code()).as(missed.err()).isEqualTo(ExitCode.GOAL_MISSED);
        assertThat(missed.out()).contains("NOT sum-of-scores min 57 (found 56)");
        assertThat(report().at("/goal/checks/0/found").asDouble()).isEqualTo(56);

        CommandRun evaluated =
                CommandRun.of(
                        "evaluate",
                        folder.resolve("identity.onnx"),
                        "--recipe",
                        Files.writeString(
                                folder.resolve("own.yaml"),
                                Files.readString(recipe) + "metrics: [sum-of-scores]\n"),
                        "--plugins",
                        plugins,
                        "--format",
                        "json");
        assertThat(evaluated.code()).as(evaluated.err()).isZero();
        assertThat(new ObjectMapper().readTree(evaluated.out()).at("/metrics").toString())
                .isEqualTo("{\"sum-of-scores\":56.0}");
    }

    @Test
    void aPluginThatCannotJudgeIsRefusedBeforeWork() throws IOException {
        Path recipe = SmallFiles.classification(folder);
        String[] asked = {"--set", "metrics=[own]"};
        Path throwing =
                PluginJar.write(
                        folder, "own", "LABELS", "throw new IllegalStateException(\"bad\");", "0");
        assertRefused(
                compress(recipe, "--plugins", throwing, asked[0], asked[1]),
                ExitCode.UNUSABLE_INPUT,
                "the metric 'own' (outside.Own of outside.jar) failed: "
                        + "java.lang.IllegalStateException: bad");
        PluginJar.write(folder, "own", "LABELS", "", "Double.NaN");
        assertRefused(
                compress(recipe, "--plugins", throwing, asked[0], asked[1]),
                ExitCode.UNUSABLE_INPUT,
                "the metric 'own' (outside.Own of outside.jar) gives NaN for the original model");
        PluginJar.write(folder, "own", "TARGETS", "", "0");
        assertRefused(
                compress(recipe, "--plugins", throwing, asked[0], asked[1]),
                ExitCode.UNUSABLE_INPUT,
                "the metric 'own' needs float targets, which are not there");
        PluginJar.write(folder, "mae", "LABELS", "", "0");
        assertRefused(
                compress(recipe, "--plugins", throwing),
                ExitCode.USAGE,
                "outside.Own of outside.jar calls its metric 'mae', which "
                        + "dev.espalier.core.metric.MeanAbsoluteError of ");
        PluginJar.write(folder, "top1", "LABELS", "", "0");
        assertRefused(
                compress(recipe, "--plugins", throwing),
                ExitCode.USAGE,
                "calls its metric 'top1', which Espalier does already");
    }

    @Test
    void whatIsNotThereIsTold() throws IOException {
        Path recipe = SmallFiles.classification(folder);
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertRefused(
                compress(recipe, "--set", "metrics=[tpo1]"),
                ExitCode.USAGE,
                "there is no metric 'tpo1', did you mean 'top1'?");
        assertRefused(
                compress(recipe, "--set", "goal.metrics=[{metric: mae}]"),
                ExitCode.USAGE,
                "the goal for metric 'mae' has no bound");
        assertRefused(
                compress(recipe, "--plugins", empty), ExitCode.USAGE, "there is no jar in this");
        assertRefused(
                compress(recipe, "--plugins", folder.resolve("none")),
                ExitCode.USAGE,
                "expected a folder of jars");
        assertRefused(
                compress(recipe, "--set", "metrics=[mae]"),
                ExitCode.UNUSABLE_INPUT,
                "the metric 'mae' needs float targets");
    }

    private void assertRefused(CommandRun run, int code, String message) {
        assertThat(run.code()).as(run.err() + run.out()).isEqualTo(code);
        assertThat(run.err()).contains(message);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    /** Outputs are 2 x, targets 2 x + 0.5 and for each second example 2 x - 1.5. */
    @Test
    void regressionIsJudgedByItsErrors() throws IOException {
        SmallFiles.write(
                folder.resolve("double.onnx"),
                """
                graph (x: float[N,2]) -> (y)
                w: float[2,1] = [2, 0]
                y = Gemm(x, w)
                """);
        data("train", 20, 1);
        data("test", 8, 1);
        Path recipe =
                SmallFiles.recipe(
                        folder,
                        """
                        model: double.onnx
                        data: {format: npz, path: data}
                        passes: []
                        goal:
                          metrics: [{metric: mae, max-increase: 0.1}, {metric: agreement, min: 0.98}]
                        """);
        CommandRun run = compress(recipe);
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode metrics = report().at("/result/metrics");
        assertThat(metrics.get("mae").asDouble()).isCloseTo(1, within(1e-6));
        assertThat(metrics.get("rmse").asDouble()).isCloseTo(Math.sqrt(1.25), within(1e-6));
        assertThat(metrics.get("agreement").asDouble()).isEqualTo(1);
        assertThat(report().at("/result/ratios").toString()).isEqualTo("[\"agreement\"]");
        CommandRun missed = compress(recipe, "--set", "goal.metrics=[{metric: rmse, max: 1}]");
        assertThat(missed.code()).as(missed.err()).isEqualTo(ExitCode.GOAL_MISSED);
        assertThat(missed.out()).contains("NOT rmse max 1 (found 1.118)");
    }

    @Test
    void targetsOfAnotherSizeThanTheOutputAreRefused() throws IOException {
        SmallFiles.write(
                folder.resolve("double.onnx"),
                """
                graph (x: float[N,2]) -> (y)
                w: float[2,1] = [2, 0]
                y = Gemm(x, w)
                """);
        data("train", 20, 3);
        data("test", 8, 3);
        Path recipe =
                SmallFiles.recipe(
                        folder,
                        "model: double.onnx\ndata: {format: npz, path: data}\npasses: []\n");
        assertRefused(
                compress(recipe),
                ExitCode.UNUSABLE_INPUT,
                "metric 'mae': the output 'y' is float[2,1], the targets are float[2,3]");
    }

    private void data(String name, int examples, int width) throws IOException {
        float[] x = new float[2 * examples];
        float[] targets = new float[width * examples];
        for (int i = 0; i < examples; i++) {
            x[2 * i] = i;
            targets[width * i] = 2 * i + (i % 2 == 0 ? 0.5f : -1.5f);
        }
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("x", Tensor.ofFloats(Shape.of(examples, 2), x));
        arrays.put("targets", Tensor.ofFloats(Shape.of(examples, width), targets));
        Path data = Files.createDirectories(folder.resolve("data"));
        NpzFile.write(data.resolve(name + ".npz"), arrays);
    }

    private void unlabelled(String name, int examples) throws IOException {
        float[] x = new float[3 * examples];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 7 - 3;
        }
        Path data = Files.createDirectories(folder.resolve("data"));
        NpzFile.write(
                data.resolve(name + ".npz"),
                Map.of("x", Tensor.ofFloats(Shape.of(examples, 3), x)));
    }

    @Test
    void unlabelledDataIsJudgedAgainstTheOriginal() throws IOException {
        Path recipe = SmallFiles.everyPass(folder);
        unlabelled("train", 30);
        unlabelled("test", 8);
        Files.writeString(
                recipe,
                """
                model: network.onnx
                data: {format: npz, path: data}
                metrics: [agreement, signal-to-noise]
                passes: [store-float16]
                goal: {metrics: [{metric: signal-to-noise, min: 30}]}
                """);
        CommandRun run = compress(recipe);
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = report();
        assertThat(report.at("/original/metrics/signal-to-noise").asDouble()).isEqualTo(200);
        assertThat(report.at("/result/metrics/signal-to-noise").asDouble()).isBetween(40.0, 199.0);
        assertThat(report.at("/result/metrics/agreement").asDouble()).isEqualTo(1);
        assertThat(run.out()).contains("agreement as before");
        CommandRun refused = compress(recipe, "--set", "metrics=[top1]");
        assertThat(refused.code()).isEqualTo(ExitCode.UNUSABLE_INPUT);
        assertThat(refused.err()).contains("the metric 'top1' needs class labels");
    }
}
