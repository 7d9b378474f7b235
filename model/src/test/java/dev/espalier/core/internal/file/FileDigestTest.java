package dev.espalier.core.internal.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileDigestTest {
    /** Of the three letters abc, from FIPS 180-2. */
    private static final String ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir Path folder;

    @Test
    void knowsAFileAgainByItsContent() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "abc");
        FileDigest digest = FileDigest.of(file);
        assertThat(digest).isEqualTo(new FileDigest("a", 3, ABC));
        assertThat(digest.isIn(folder)).isTrue();
        for (String other : new String[] {"abd", "ab", "abcd", ""}) {
            Files.writeString(file, other);
            assertThat(digest.isIn(folder)).as(other).isFalse();
        }
        Files.delete(file);
        assertThat(digest.isIn(folder)).isFalse();
        Files.createSymbolicLink(file, Files.writeString(folder.resolve("b"), "abc"));
        assertThat(digest.isIn(folder)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/a", "a\\b", "a\0"})
    void aNameThatLeadsElsewhereIsRefused(String name) {
        assertThatThrownBy(() -> new FileDigest(name, 3, ABC))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ab",
                "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
            })
    void whatIsNoHashIsRefused(String hash) {
        assertThatThrownBy(() -> new FileDigest("a", 3, hash))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
