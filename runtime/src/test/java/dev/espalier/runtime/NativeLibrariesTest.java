package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
    private static final int BYTES = 300_000;

    @TempDir private Path folder;

    @Test
    void aFileThatIsRightIsLeftAloneAndAllOthersAreWrittenAnew() throws IOException {
        NativeLibraries libraries = libraries(jar("a.jar", 1), "native/here/");
        Path target = Files.createDirectories(folder.resolve("target"));

        libraries.extract(target);
        assertThat(names(target)).containsExactly("one.so", "two.so");
        assertThat(target.resolve("one.so")).hasBinaryContent(content(1)).isExecutable();
        FileTime untouched = FileTime.fromMillis(1000);
        Files.setLastModifiedTime(target.resolve("one.so"), untouched);
        Files.setLastModifiedTime(target.resolve("two.so"), untouched);
        byte[] damaged = content(2);
        damaged[BYTES / 2] ^= 1;
        Files.write(target.resolve("two.so"), damaged);

        libraries.extract(target);
        assertThat(Files.getLastModifiedTime(target.resolve("one.so"))).isEqualTo(untouched);
        assertThat(target.resolve("two.so")).hasBinaryContent(content(2)).isExecutable();

        Files.write(target.resolve("one.so"), new byte[0]);
        Files.delete(target.resolve("two.so"));
        Files.createSymbolicLink(
                target.resolve("two.so"), Files.write(folder.resolve("else"), content(2)));
        libraries.extract(target);
        assertThat(target.resolve("one.so")).hasBinaryContent(content(1));
        assertThat(target.resolve("two.so")).hasBinaryContent(content(2));
        assertThat(target.resolve("two.so").toRealPath().getParent())
                .isEqualTo(target.toRealPath());
        assertThat(names(target)).containsExactly("one.so", "two.so");
    }

    @Test
    void manyAtOnceEndInWholeFiles() throws Exception {
        NativeLibraries libraries = libraries(jar("a.jar", 1), "native/here/");
        Path target = Files.createDirectories(folder.resolve("target"));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Void> extraction =
                    () -> {
                        libraries.extract(target);
                        assertThat(target.resolve("one.so")).hasBinaryContent(content(1));
                        assertThat(target.resolve("two.so")).hasBinaryContent(content(2));
                        return null;
                    };
            for (Future<Void> each :
                    threads.invokeAll(IntStream.range(0, 32).mapToObj(i -> extraction).toList())) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(names(target)).containsExactly("one.so", "two.so");
    }

    @Test
    void otherContentsHaveAnotherDigest() throws IOException {
        NativeLibraries first = libraries(jar("a.jar", 1), "native/here/");
        assertThat(libraries(jar("b.jar", 1), "native/here/").digest()).isEqualTo(first.digest());
        assertThat(libraries(jar("c.jar", 5), "native/here/").digest())
                .isNotEqualTo(first.digest())
                .matches("[0-9a-f]{8}");
    }

    @Test
    void noJarOrNoFolderInItIsNone() throws IOException {
        assertThat(NativeLibraries.at(null)).isEmpty();
        assertThat(NativeLibraries.at(folder.toUri().toURL())).isEmpty();
        assertThat(NativeLibraries.at(url(jar("a.jar", 1), "native/nowhere/"))).isEmpty();
    }

    @Test
    void aJarThatChangedMeanwhileIsAnErrorAndLeavesNothing() throws IOException {
        NativeLibraries libraries = libraries(jar("a.jar", 1), "native/here/");
        jar("a.jar", 7);
        Path target = Files.createDirectories(folder.resolve("target"));
        assertThatThrownBy(() -> libraries.extract(target))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("one.so in " + folder.resolve("a.jar"));
        assertThat(names(target)).isEmpty();
    }

    private static NativeLibraries libraries(Path jar, String prefix) throws IOException {
        return NativeLibraries.at(url(jar, prefix)).orElseThrow();
    }

    private static URL url(Path jar, String prefix) throws MalformedURLException {
        return URI.create("jar:" + jar.toUri() + "!/" + prefix).toURL();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] content(long seed) {
        byte[] bytes = new byte[BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private Path jar(String name, int seed) throws IOException {
        Map<String, byte[]> entries =
                new TreeMap<>(
                        Map.of(
                                "native/here/", new byte[0],
                                "native/here/two.so", content(seed + 1),
                                "native/here/one.so", content(seed),
                                "native/here/debug/three.so", content(3),
                                "native/other/four.so", content(4),
                                "read.me", "hello".getBytes(StandardCharsets.UTF_8)));
        Path jar = folder.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return jar;
    }
}
