package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.OutputException;
import dev.espalier.core.pass.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
    @TempDir Path folder;

    @Test
    void keepsTheLastOfEachName() {
        Checkpoints checkpoints = new CheckpointFolder(folder.resolve("made"));
        assertThat(checkpoints.read("training")).isEmpty();
        checkpoints.write("training", new byte[] {1, 2});
        checkpoints.write("training", new byte[] {3});
        assertThat(new CheckpointFolder(folder.resolve("made")).read("training"))
                .hasValueSatisfying(bytes -> assertThat(bytes).containsExactly(3));
        assertThat(folder.resolve("made")).isDirectoryContaining("glob:**/training");
    }

    @Test
    void refusesWhatCannotBeWrittenAndNamesThatLeaveTheFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> new CheckpointFolder(file).write("training", new byte[1]))
                .isInstanceOf(OutputException.class)
                .hasMessageContaining("cannot be written");
        assertThatThrownBy(() -> new CheckpointFolder(folder).write("../up", new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
