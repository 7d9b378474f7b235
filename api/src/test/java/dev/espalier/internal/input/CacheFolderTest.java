package dev.espalier.internal.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {
    @TempDir private Path folder;

    @Test
    void whatWasWrittenIsRead() {
        CacheFolder cache = new CacheFolder(folder.resolve("not/there/yet"));
        assertThat(cache.read("a")).isEmpty();

        cache.write("a", new byte[] {1, 2});
        cache.write("b", new byte[] {3});
        cache.write("a", new byte[] {4});

        assertThat(cache.read("a")).contains(new byte[] {4});
        assertThat(cache.read("b")).contains(new byte[] {3});
    }

    @Test
    void ofManyTheLeastUsedGo() throws IOException {
        CacheFolder cache = new CacheFolder(folder);
        Path others = Files.createDirectories(folder.resolve("native/libraries"));
        for (int i = 0; i < 64; i++) {
            cache.write("c" + i, new byte[] {(byte) i});
            Files.setLastModifiedTime(folder.resolve("c" + i), FileTime.fromMillis(1000L + i));
        }
        cache.read("c0");
        cache.write("new", new byte[] {1});

        assertThat(cache.read("c0")).isPresent();
        assertThat(cache.read("c1")).isEmpty();
        assertThat(cache.read("c2")).isPresent();
        assertThat(cache.read("new")).isPresent();
        assertThat(others).isDirectory();
    }

    @Test
    void aFolderThatCannotBeMadeIsNoCacheAndNoError() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        CacheFolder cache = new CacheFolder(file.resolve("below"));

        assertThatCode(() -> cache.write("a", new byte[1])).doesNotThrowAnyException();
        assertThat(cache.read("a")).isEmpty();
    }
}
