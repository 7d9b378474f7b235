package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that a recipe names besides the one it compresses. */
class TeacherFilesTest {
    @TempDir Path folder;

    @BeforeEach
    void writeDataAndModel() throws IOException {
        SmallFiles.classification(folder);
    }

    private CommandRun plan(String teachers) throws IOException {
        Path recipe =
                SmallFiles.recipe(
                        folder,
                        """
                        model: identity.onnx
                        data: {format: csv, path: table}
                        passes:
                          - distill: {epochs: 1, teachers: %s}
                        """
                                .formatted(teachers));
        return CommandRun.of("plan", recipe);
    }

    @Test
    void lieBesideTheRecipe() throws IOException {
        CommandRun run = plan("[original, identity.onnx]");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("under original, " + folder.resolve("identity.onnx").toAbsolutePath());
    }

    @Test
    void mustBeThereAndBeModels() throws IOException {
        CommandRun missing = plan("[absent.onnx]");
        assertThat(missing.code()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.err()).contains("pass 'distill' reads the model 'absent.onnx'");
        CommandRun wrong = plan("[recipe.yaml]");
        assertThat(wrong.code()).isEqualTo(ExitCode.UNUSABLE_INPUT);
        assertThat(wrong.err()).contains("recipe.yaml");
    }
}
