package dev.espalier.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.testkit.disk.FailingDisk.Fault;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A careless program must lose what a disk may lose, or the tests with this disk prove nothing. */
class FailingDiskTest {
    @TempDir Path folder;
    private FailingDisk disk;
    private Path seen;

    @BeforeEach
    void watch() throws IOException {
        disk = FailingDisk.of(folder);
        seen = disk.folder();
        Files.writeString(seen.resolve("old"), "old");
    }

    private static void force(Path path, StandardOpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    private void forceFolder() throws IOException {
        force(seen, StandardOpenOption.READ);
    }

    private Set<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void countsWhatIsAskedOfTheFolderAndNothingElse(@TempDir Path other) throws IOException {
        disk.count();
        Files.writeString(seen.resolve("new"), "text");
        Files.move(seen.resolve("new"), seen.resolve("moved"));
        Files.writeString(seen.resolve(other).resolve("elsewhere"), "text");
        Files.delete(seen.resolve("moved"));
        assertThat(disk.operations())
                .containsExactly("create new", "write new", "move moved", "delete moved");
    }

    @Test
    void oneOperationFails() throws IOException {
        disk.arm(Fault.ERROR, 1);
        assertThatThrownBy(() -> Files.writeString(seen.resolve("new"), "text"))
                .hasMessageContaining("Input/output error");
        assertThat(folder.resolve("new")).hasContent("");
        Files.writeString(seen.resolve("new"), "text");
        assertThat(folder.resolve("new")).hasContent("text");
    }

    @Test
    void aFullDiskCutsTheWriteAndTakesNoMore() throws IOException {
        disk.arm(Fault.FULL, 1);
        assertThatThrownBy(() -> Files.writeString(seen.resolve("new"), "text"))
                .hasMessageContaining("No space left on device");
        assertThat(folder.resolve("new")).hasContent("te");
        assertThatThrownBy(() -> Files.createFile(seen.resolve("more")))
                .hasMessageContaining("No space left on device");
        assertThat(Files.readString(seen.resolve("old"))).isEqualTo("old");
        Files.delete(seen.resolve("new"));
        assertThat(names()).containsExactly("old");
    }

    @Test
    void afterThePowerIsLostNothingWorks() throws IOException {
        disk.arm(Fault.POWER_LOSS, 0);
        assertThatThrownBy(() -> Files.readString(seen.resolve("old")))
                .hasMessageContaining("power");
        assertThatThrownBy(() -> Files.delete(seen.resolve("old"))).hasMessageContaining("power");
        disk.powerOn(0);
        assertThat(Files.readString(seen.resolve("old"))).isEqualTo("old");
    }

    @Test
    void whatIsNotForcedIsLost() throws IOException {
        disk.arm(Fault.POWER_LOSS, Integer.MAX_VALUE);
        Files.writeString(seen.resolve("named"), "text");
        forceFolder();
        Files.writeString(seen.resolve("forced"), "text");
        force(seen.resolve("forced"), StandardOpenOption.WRITE);
        Files.writeString(seen.resolve("old"), "overwritten");
        disk.powerOn(0);
        assertThat(names()).containsExactly("named", "old");
        assertThat(folder.resolve("named")).isEmptyFile();
        assertThat(folder.resolve("old")).hasContent("old");
    }

    @Test
    void whatIsForcedStays() throws IOException {
        disk.arm(Fault.POWER_LOSS, Integer.MAX_VALUE);
        Files.writeString(seen.resolve("new"), "text");
        force(seen.resolve("new"), StandardOpenOption.WRITE);
        Files.move(seen.resolve("new"), seen.resolve("old"), StandardCopyOption.REPLACE_EXISTING);
        forceFolder();
        disk.powerOn(0);
        assertThat(names()).containsExactly("old");
        assertThat(folder.resolve("old")).hasContent("text");
    }

    @Test
    void deletedAndMovedFilesComeBack() throws IOException {
        Files.writeString(seen.resolve("second"), "second");
        disk.arm(Fault.POWER_LOSS, Integer.MAX_VALUE);
        Files.delete(seen.resolve("old"));
        Files.move(seen.resolve("second"), seen.resolve("third"));
        disk.powerOn(0);
        assertThat(names()).containsExactly("old", "second");
        assertThat(folder.resolve("old")).hasContent("old");
    }

    @Test
    void aFolderMovesAsAWhole() throws IOException {
        Files.createDirectory(seen.resolve("from"));
        Files.writeString(seen.resolve("from").resolve("file"), "text");
        Files.createDirectory(seen.resolve("to"));
        for (int seed = 0; seed < 20; seed++) {
            disk.arm(Fault.POWER_LOSS, Integer.MAX_VALUE);
            Files.move(seen.resolve("from"), seen.resolve("to").resolve("from"));
            disk.powerOn(seed);
            boolean moved = Files.exists(folder.resolve("to").resolve("from"));
            assertThat(Files.exists(folder.resolve("from"))).isNotEqualTo(moved);
            if (moved) {
                Files.move(folder.resolve("to").resolve("from"), folder.resolve("from"));
            }
            assertThat(folder.resolve("from").resolve("file")).hasContent("text");
        }
    }

    @Test
    void whatIsNotForcedMayAlsoBeThereOrTorn() throws IOException {
        Set<String> contents = new TreeSet<>();
        for (int seed = 1; seed < 200; seed++) {
            disk.arm(Fault.POWER_LOSS, Integer.MAX_VALUE);
            Files.writeString(seen.resolve("old"), "changed");
            disk.powerOn(seed);
            contents.add(Files.readString(folder.resolve("old")));
            Files.writeString(folder.resolve("old"), "old");
        }
        assertThat(contents).contains("old", "changed", "cha", "cha\0\0\0\0");
    }
}
