package dev.espalier.core.internal.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.testkit.disk.EveryOperation;
import dev.espalier.testkit.disk.FailingDisk;
import dev.espalier.testkit.disk.FailingDisk.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholeFileTest {
    @TempDir Path parent;

    private static void write(Path folder, String text) throws IOException {
        WholeFile.write(folder.resolve("file"), text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> names(Path folder) throws IOException {
        return Disk.list(folder).stream().map(path -> path.getFileName().toString()).toList();
    }

    @ParameterizedTest
    @CsvSource({"ERROR,0", "FULL,0", "POWER_LOSS,0", "POWER_LOSS,1", "POWER_LOSS,1000"})
    void isTheOldOneOrTheNewOneWhicheverOperationFails(Fault fault, long seed) throws IOException {
        int operations =
                EveryOperation.meets(
                        fault,
                        seed,
                        parent,
                        folder -> write(folder, "old"),
                        folder -> write(folder, "newer"),
                        (folder, failure) -> {
                            String text = Files.readString(folder.resolve("file"));
                            assertThat(text).isIn(failure == null ? "newer" : "old", "newer");
                            if (fault == Fault.FULL) {
                                assertThat(names(folder)).containsExactly("file");
                            }
                        });
        // Create, write, force, move, open the folder, force it, and look whether all is tidy.
        assertThat(operations).isGreaterThanOrEqualTo(6);
    }

    @Test
    void leftoversOfAKillAreKnownByTheirNames() throws IOException {
        FailingDisk disk = FailingDisk.of(parent);
        disk.arm(Fault.POWER_LOSS, 2);
        assertThatThrownBy(() -> write(disk.folder(), "text")).isInstanceOf(IOException.class);
        disk.disarm();
        assertThat(names(parent)).hasSize(1).allMatch(n -> n.matches(WholeFile.leftovers("file")));
        assertThat("file").doesNotMatch(WholeFile.leftovers("file"));
        assertThat(".file.tex").doesNotMatch(WholeFile.leftovers("file"));
    }

    @Test
    void aFailureIsToldInOneSentence() throws IOException {
        Path file = parent.resolve("no").resolve("file");
        assertThatThrownBy(() -> WholeFile.write(file, new byte[1]))
                .isInstanceOfSatisfying(
                        NoSuchFileException.class,
                        e ->
                                assertThat(WholeFile.failure(file, e))
                                        .hasMessage(
                                                "cannot write %s: its folder does not exist",
                                                file));
        assertThat(WholeFile.failure(file, new IOException("No space left on device")))
                .hasMessage("cannot write %s: No space left on device", file);
    }
}
