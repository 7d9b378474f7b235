package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.DataException;
import dev.espalier.core.data.DataConfig.Format;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.internal.input.StoredFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizeCommandTest {
    @TempDir private Path folder;

    @Test
    void aModelAndDataAreEnough() throws IOException {
        SmallFiles.everyPass(folder);
        Path out = folder.resolve("out");
        CommandRun run =
                CommandRun.of(
                        "quantize",
                        folder.resolve("network.onnx"),
                        "--data",
                        folder.resolve("table"),
                        "--calibration",
                        "mse",
                        "--set",
                        "passes.0.quantize.keep-float.slower=false",
                        "--out",
                        out,
                        "--quick");

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("written to " + out);
        assertThat(OnnxReader.read(out.resolve("model.onnx")).graph().nodes())
                .anyMatch(node -> node.is("QuantizeLinear"));
        assertThat(Files.readString(out.resolve("recipe.yaml")))
                .contains("format: csv", "calibration: mse", "slower: false");
        JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
        assertThat(report.at("/passes/1/id").asText()).isEqualTo("quantize");
        assertThat(CommandRun.of("recipe", "validate", out.resolve("recipe.yaml")).code()).isZero();
    }

    private CommandRun guarded(String maxDrop, Path out) {
        return CommandRun.of(
                "quantize",
                folder.resolve("network.onnx"),
                "--data",
                folder.resolve("table"),
                "--max-drop",
                maxDrop,
                "--set",
                "passes.0.quantize.keep-float.slower=false",
                "--out",
                out,
                "--quick");
    }

    @Test
    void aGuardWatchesOverWhatIsLost() throws IOException {
        SmallFiles.everyPass(folder);
        Path out = folder.resolve("out");
        CommandRun run = guarded("90", out);

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(Files.readString(out.resolve("recipe.yaml"))).contains("guard: {max-drop: 90");
        assertThat(Files.readString(out.resolve("log.txt"))).contains("guard: ", "within bounds");
    }

    @Test
    void aGuardThatCannotBeToldIsRefusedBeforeAnyWork() throws IOException {
        SmallFiles.everyPass(folder);
        Path out = folder.resolve("out");
        CommandRun run = guarded("0.01", out);

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("cannot be told on", "validation examples");
        assertThat(out).doesNotExist();
    }

    @Test
    void aMissedSpeedupIsExitCode3AndTheResultIsThere() throws IOException {
        SmallFiles.everyPass(folder);
        Path out = folder.resolve("out");
        CommandRun run =
                CommandRun.of(
                        "quantize",
                        folder.resolve("network.onnx"),
                        "--data",
                        folder.resolve("table"),
                        "--set",
                        "goal.min-speedup=1000",
                        "--out",
                        out,
                        "--quick");

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.GOAL_MISSED);
        assertThat(out.resolve("model.onnx")).exists();
    }

    @Test
    void wrongArgumentsAreToldBeforeAnyWork() throws IOException {
        SmallFiles.everyPass(folder);
        Path model = folder.resolve("network.onnx");
        Path data = folder.resolve("table");
        assertThat(CommandRun.of("quantize", model).code()).isEqualTo(ExitCode.USAGE);
        CommandRun typo = CommandRun.of("quantize", model, "--data", data, "--calibration", "msr");
        assertThat(typo.code()).isEqualTo(ExitCode.USAGE);
        assertThat(typo.err()).contains("'msr'", "did you mean 'mse'");
        assertThat(CommandRun.of("quantize", model, "--data", folder.resolve("none")).code())
                .isEqualTo(ExitCode.UNUSABLE_INPUT);
        assertThat(CommandRun.of("quantize", data, "--data", data).code())
                .isEqualTo(ExitCode.UNUSABLE_INPUT);
    }

    @ParameterizedTest
    @CsvSource({
        "data_batch_1.bin, CIFAR10",
        "train-images-idx3-ubyte.gz, IDX",
        "train.npz, NPZ",
        "test.csv, CSV",
        "cat.png, IMAGE_FOLDER",
    })
    void howDataIsStoredIsToldByTheNamesOfFiles(String file, Format format) throws IOException {
        Files.createFile(folder.resolve(file));
        Files.createFile(folder.resolve("readme.txt"));

        assertThat(StoredFormat.of(folder)).isEqualTo(format);
    }

    @Test
    void aFileOfAnUnknownKindHasToBeNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("data.parquet"));

        assertThatThrownBy(() -> StoredFormat.of(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("--data-format");
    }
}
