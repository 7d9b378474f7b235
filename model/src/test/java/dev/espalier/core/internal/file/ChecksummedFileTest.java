package dev.espalier.core.internal.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksummedFileTest {
    private static final byte[] CONTENT = {'t', 'e', 'x', 't', '\n', 0, (byte) 0xff};

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("file");
        ChecksummedFile.write(file, "identity", CONTENT);
    }

    @Test
    void givesBackWhatWasWritten() throws IOException {
        assertThat(ChecksummedFile.read(file, "identity")).contains(CONTENT);
        ChecksummedFile.write(file, "identity", new byte[0]);
        assertThat(ChecksummedFile.read(file, "identity")).contains(new byte[0]);
    }

    @Test
    void anyChangedByteIsNoticed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 0x20;
            Files.write(file, changed);
            assertThat(ChecksummedFile.read(file, "identity")).as("byte %d", i).isEmpty();
        }
    }

    @Test
    void aCutOrLongerFileIsNoticed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(ChecksummedFile.read(file, "identity")).as("%d bytes", length).isEmpty();
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertThat(ChecksummedFile.read(file, "identity")).isEmpty();
    }

    @Test
    void anotherIdentityIsNoticed() throws IOException {
        assertThat(ChecksummedFile.read(file, "")).isEmpty();
        assertThat(ChecksummedFile.read(file, "identity\0text")).isEmpty();
        // What ends the identity and what begins the content are not confused.
        ChecksummedFile.write(file, "ab", new byte[] {'c'});
        assertThat(ChecksummedFile.read(file, "a")).isEmpty();
    }

    @Test
    void theHashIsThatOfContentAndIdentity() throws IOException {
        String hash = ChecksummedFile.hash(file);
        assertThat(hash).matches(Sha256.DIGITS);
        ChecksummedFile.write(folder.resolve("other"), "identity", CONTENT);
        assertThat(ChecksummedFile.hash(folder.resolve("other"))).isEqualTo(hash);
        ChecksummedFile.write(folder.resolve("other"), "another", CONTENT);
        assertThat(ChecksummedFile.hash(folder.resolve("other"))).isNotEqualTo(hash);
        assertThat(ChecksummedFile.hash(folder.resolve("none"))).isEmpty();
        Files.write(file, new byte[3]);
        assertThat(ChecksummedFile.hash(file)).isEmpty();
    }
}
