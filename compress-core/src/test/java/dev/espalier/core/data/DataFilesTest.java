package dev.espalier.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFilesTest {
    @TempDir private Path folder;

    @Test
    void namesTheFileThatDoesNotFitIntoMemory() {
        Path file = folder.resolve("large.npz");
        assertThatThrownBy(
                        () ->
                                DataFiles.inMemory(
                                        file,
                                        () -> {
                                            throw new OutOfMemoryError("Java heap space");
                                        }))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(file + " does not fit into the memory of ")
                .hasMessageContaining("-Xmx");
        assertThat(DataFiles.inMemory(file, () -> 7)).isEqualTo(7);
    }

    @Test
    void tellsAnAbsentFileFromALinkThatLeadsNowhere() throws Exception {
        Path link = folder.resolve("link");
        Path target = folder.resolve("target");
        Files.createSymbolicLink(link, target);
        assertThatThrownBy(() -> DataFiles.isFile(link))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(link.toString());
        assertThatThrownBy(() -> DataFiles.isFolder(link)).isInstanceOf(DataException.class);
        assertThat(DataFiles.isFile(target)).isFalse();
        Files.writeString(target, "x");
        assertThat(DataFiles.isFile(link)).isTrue();
        assertThat(DataFiles.isFolder(link)).isFalse();
    }
}
