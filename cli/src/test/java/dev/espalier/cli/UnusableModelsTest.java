package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that cannot be used ends a command with exit code 5 and one line that names its file. */
class UnusableModelsTest {
    @TempDir private Path folder;

    private Path model(String text) {
        Path file = folder.resolve("hostile.onnx");
        OnnxWriter.write(GraphText.parse(text), file);
        return file;
    }

    private void refuses(CommandRun run, String message) {
        assertThat(run.code()).isEqualTo(ExitCode.UNUSABLE_INPUT);
        List<String> errors = run.err().lines().filter(line -> line.startsWith("error: ")).toList();
        assertThat(errors).hasSize(1);
        assertThat(errors.get(0)).contains("hostile.onnx: ").contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = ConvTranspose(x, w) {group=0}     | group is 0, expected at least 1",
                "y = Concat(x, x) {axis=9}             | axis is 9, expected -4 to 3",
                "y = Dropout(x, v, v)                  | input 1 'v' has the shape [2]",
                "y = MatMul(x, big)                    | too large to count with",
            })
    void commandsThatRunNothingNameTheFile(String node, String message) throws IOException {
        Path file =
                model(
                        """
                        graph (x: float[N,4,8,4], big: float[4,2305843009213693952]) -> (y)
                        w: float[4,2,2,2] = seed(1)
                        v: float[2] = [1, 2]
                        """
                                + node.strip()
                                + "\n");
        Path recipe =
                SmallFiles.recipe(
                        folder,
                        "model: hostile.onnx\npasses: [{prune: {macs: 0.5, round-to: 8}}]\n");

        refuses(CommandRun.of("inspect", file), message.strip());
        refuses(CommandRun.of("plan", recipe), message.strip());
        refuses(CommandRun.of("compress", recipe, "--out", folder.resolve("out")), message.strip());
        refuses(CommandRun.of("compare", file, file), message.strip());
    }

    @Test
    void aDivisionThatStopsTheProcessorIsNeverRun() throws IOException {
        Path file =
                model(
                        """
                        graph (x: int64[8]) -> (y)
                        a: int64[] = -9223372036854775808
                        b: int64[] = -1
                        c = Div(a, b)
                        y = Add(x, c)
                        """);
        Path recipe = SmallFiles.recipe(folder, "model: hostile.onnx\npasses: [simplify]\n");

        refuses(CommandRun.of("inspect", file), "divides -9223372036854775808");
        refuses(
                CommandRun.of("compress", recipe, "--out", folder.resolve("out")),
                "divides -9223372036854775808");
    }
}
