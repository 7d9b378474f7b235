package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ForeignModels;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.input.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models on which ONNX Runtime ends the process, or does not come to an end. */
class ForeignModelsTest {
    /** The quotient has no result, and what divides comes from the input, whatever that is. */
    private static final String DEADLY =
            """
            graph (x: float[N,3]) -> (y)
            w: float[3,3] = seed(1)
            least: int64[1] = [-9223372036854775808]
            one: int64[1] = [1]
            zero: float[3] = [0, 0, 0]
            b = Gemm(x, w)
            none = Mul(x, zero)
            nothing = Cast(none) {to=7}
            minus = Sub(nothing, one)
            q = Div(least, minus)
            f = Cast(q) {to=1}
            y = Add(b, f)
            """;

    /** Seconds of work that no step of ours interrupts. */
    private static final String ENDLESS =
            """
            graph (x: float[1,1]) -> (y)
            sizes: int64[2] = [20000, 20000]
            ones = Expand(x, sizes)
            product = MatMul(ones, ones)
            y = ReduceSum(product)
            """;

    @TempDir private Path folder;
    private Path model;

    @BeforeEach
    void write() throws IOException {
        model = SmallFiles.write(folder.resolve("deadly.onnx"), DEADLY);
        Files.writeString(
                folder.resolve("recipe.yaml"),
                """
                version: 1
                model: deadly.onnx
                data: {format: csv, path: table, validation: {fraction: 0.1}}
                passes: []
                """);
        Path table = Files.createDirectory(folder.resolve("table"));
        for (String split : List.of("train", "test")) {
            StringBuilder rows = new StringBuilder("a,b,c,label\n");
            for (int i = 0; i < 20; i++) {
                rows.append("1,2,3,").append(i % 3).append('\n');
            }
            Files.writeString(table.resolve(split + ".csv"), rows);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bench deadly.onnx",
                "compare deadly.onnx deadly.onnx",
                "evaluate deadly.onnx --recipe recipe.yaml",
                "compress recipe.yaml --out out"
            })
    void everyCommandThatRunsOneAnswersWithASentence(String line) {
        String[] words = line.split(" ");
        for (int i = 1; i < words.length; i++) {
            if (!words[i].startsWith("--")) {
                words[i] = folder.resolve(words[i]).toString();
            }
        }
        CommandRun run = CommandRun.of((Object[]) words);
        assertThat(run.code()).isEqualTo(ExitCode.UNUSABLE_INPUT);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains(model.toString())
                .contains("ONNX Runtime ends the process")
                .contains("SIGFPE");
        assertThat(run.err().lines()).hasSize(1);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aFileThatWentWellIsKnownTheNextTime() throws IOException {
        Path file = SmallFiles.network(folder);
        try (ForeignModels models = new ForeignModels()) {
            models.tryOut(ModelFile.read(file), InputShapes.ofBatch(1));
        }
        long children = ProcessHandle.current().children().count();
        try (ForeignModels models = new ForeignModels()) {
            models.tryOut(ModelFile.read(file), InputShapes.ofBatch(1));
            assertThat(ProcessHandle.current().children().count()).isEqualTo(children);
        }
    }

    @Test
    void aTerminationSignalEndsTheProgramInTheMiddleOfALongCall()
            throws IOException, InterruptedException {
        Path endless = SmallFiles.write(folder.resolve("endless.onnx"), ENDLESS);
        try (ChildRun run = ChildRun.start("bench", endless)) {
            run.waitForChild();
            List<ProcessHandle> children = run.children().toList();
            run.terminate();
            assertThat(String.join("\n", run.readAll()))
                    .contains("stopping after the current step")
                    .contains("stopped");
            assertThat(run.code()).isEqualTo(ExitCode.INTERRUPTED);
            for (ProcessHandle child : children) {
                child.onExit().join();
            }
        }
    }
}
