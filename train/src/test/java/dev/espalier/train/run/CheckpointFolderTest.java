package dev.espalier.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.OutputException;
import dev.espalier.core.pass.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
    @TempDir Path folder;
    private final List<String> warnings = new ArrayList<>();

    @Test
    void keepsTheLastOfEachName() {
        Checkpoints checkpoints = new CheckpointFolder(folder.resolve("made"), "", warnings::add);
        assertThat(checkpoints.read("training")).isEmpty();
        checkpoints.write("training", new byte[] {1, 2});
        checkpoints.write("training", new byte[] {3});
        assertThat(new CheckpointFolder(folder.resolve("made"), "", warnings::add).read("training"))
                .hasValueSatisfying(bytes -> assertThat(bytes).containsExactly(3));
        assertThat(folder.resolve("made")).isDirectoryContaining("glob:**/training");
    }

    @Test
    void refusesWhatCannotBeWrittenAndNamesThatLeaveTheFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(
                        () ->
                                new CheckpointFolder(file, "", warnings::add)
                                        .write("training", new byte[1]))
                .isInstanceOf(OutputException.class)
                .hasMessageContaining("cannot write");
        assertThatThrownBy(
                        () ->
                                new CheckpointFolder(folder, "", warnings::add)
                                        .write("../up", new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
