package dev.espalier.core.internal.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateFolderTest {
    @TempDir private Path folder;

    @BeforeEach
    void needsPosix() {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    }

    @Test
    void aNewOneIsForTheUserAloneAndAnOldOneIsTaken() throws IOException {
        Path made = folder.resolve("made");
        PrivateFolder.make(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        PrivateFolder.make(made);
        assertThat(made).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxr-xr-x", "rwx--x---"})
    void whatOthersMayReadIsTaken(String permissions) throws IOException {
        Path made = Files.createDirectory(folder.resolve("made"));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(permissions));
        PrivateFolder.make(made);
        assertThat(made).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx---rwx", "rwx----w-"})
    void whatOthersMayWriteIsRefused(String permissions) throws IOException {
        Path made = Files.createDirectory(folder.resolve("made"));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> PrivateFolder.make(made))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other users");
    }

    @Test
    void aLinkAndAFileAreRefused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> PrivateFolder.make(link)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> PrivateFolder.make(file)).isInstanceOf(IOException.class);
    }

    @Test
    void anotherUsersIsRefused() throws IOException {
        Path made = Files.createDirectory(folder.resolve("made"));
        try {
            Files.setAttribute(made, "unix:uid", 12345);
        } catch (IOException e) {
            assumeTrue(false, "only root can give a folder away");
        }
        assertThatThrownBy(() -> PrivateFolder.make(made))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another user");
    }
}
