package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaleFilesTest {
    private static final Instant NOW = Instant.parse("2026-01-05T12:00:00Z");
    private static final Duration LONG_AGO = Duration.ofDays(2);

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "onnxruntime-java123/",
                "onnxruntime-java123/libonnxruntime.so",
                "onnxruntime-java123/libonnxruntime4j_jni.dylib",
                "onnxruntime-java123/onnxruntime_providers_shared.dll",
                "espalier-model5/model.onnx",
                "espalier-model5/model.onnx.data",
                "espalier-model5/.model.onnx.data.1f0a",
                "espalier-optimized77.onnx",
                "jmh10662375706983754972compilecommand",
            })
    void whatIsOursAndOldGoes(String path) throws IOException {
        make(path, LONG_AGO);
        remove();
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "onnxruntime-java/",
                "onnxruntime-java12x/",
                "my-onnxruntime-java12/",
                "onnxruntime-java123/notes.txt",
                "onnxruntime-java123/libonnxruntime.so.backup",
                "onnxruntime-java123/libonnxruntime.so/",
                "onnxruntime-java123",
                "espalier-model5/model.pt",
                "espalier-model/model.onnx",
                "espalier-optimized77.onnx/",
                "espalier-optimized77.txt",
                "espalier-optimized.onnx",
                "jmh5.txt",
                "jmh-notes5stdout",
                "model.onnx",
            })
    void whatIsNamedOtherwiseStays(String path) throws IOException {
        make(path, LONG_AGO);
        List<Path> before = all();
        remove();
        assertThat(all()).isEqualTo(before);
    }

    @Test
    void oneForeignFileKeepsTheWholeFolder() throws IOException {
        make("onnxruntime-java123/libonnxruntime.so", LONG_AGO);
        make("onnxruntime-java123/thesis.tex", LONG_AGO);
        remove();
        assertThat(folder.resolve("onnxruntime-java123/libonnxruntime.so")).exists();
    }

    @Test
    void linksAreNotFollowedAndNotRemoved() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path file = Files.createFile(elsewhere.resolve("libonnxruntime.so"));
        Path link = folder.resolve("onnxruntime-java1");
        Files.createSymbolicLink(link, elsewhere);
        make("onnxruntime-java2/", LONG_AGO);
        Path inside = folder.resolve("onnxruntime-java2/libonnxruntime.so");
        Files.createSymbolicLink(inside, file);
        Path graph = Files.createSymbolicLink(folder.resolve("espalier-optimized1.onnx"), file);
        remove();
        assertThat(file).exists();
        assertThat(List.of(link, inside, graph)).allMatch(Files::isSymbolicLink);
    }

    @Test
    void anothersStays() throws IOException {
        make("onnxruntime-java123/libonnxruntime.so", LONG_AGO);
        try {
            Files.setAttribute(folder.resolve("onnxruntime-java123"), "unix:uid", 12345);
        } catch (IOException e) {
            assumeTrue(false, "only root can give a folder away");
        }
        remove();
        assertThat(folder.resolve("onnxruntime-java123/libonnxruntime.so")).exists();
    }

    @Test
    void whatWasTouchedOfLateStays() throws IOException {
        make("onnxruntime-java1/libonnxruntime.so", Duration.ofMinutes(9));
        make("onnxruntime-java2/libonnxruntime.so", LONG_AGO);
        make("onnxruntime-java2/libonnxruntime4j_jni.so", Duration.ofMinutes(9));
        make("onnxruntime-java3/", Duration.ofMinutes(9));
        make("onnxruntime-java4/", Duration.ofMinutes(-9));
        remove();
        assertThat(list(folder)).hasSize(4);
    }

    @Test
    void tenMinutesAreEnoughWhereTheSystemTellsWhatIsInUse() throws IOException {
        assumeTrue(new FilesInUse().areKnown());
        make("onnxruntime-java1/libonnxruntime.so", Duration.ofMinutes(11));
        make("espalier-model2/model.onnx", Duration.ofMinutes(11));
        make("espalier-model3/model.onnx", Duration.ofMinutes(11));
        try (FileChannel open = FileChannel.open(folder.resolve("espalier-model3/model.onnx"))) {
            remove();
            assertThat(open.isOpen()).isTrue();
            assertThat(list(folder)).containsExactly(folder.resolve("espalier-model3"));
        }
        remove();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsMappedStays() throws IOException {
        assumeTrue(new FilesInUse().areKnown());
        make("onnxruntime-java1/libonnxruntime.so", LONG_AGO);
        Path file = folder.resolve("onnxruntime-java1/libonnxruntime.so");
        Object mapped;
        try (FileChannel channel = FileChannel.open(file)) {
            mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
        remove();
        assertThat(file).exists();
        assertThat(mapped).isNotNull();
    }

    @Test
    void librariesThatNobodyUsedForAMonthGo() throws IOException {
        make("onnxruntime-linux-x64-12345678/libonnxruntime.so", Duration.ofDays(29));
        make("onnxruntime-linux-x64-23456789/libonnxruntime.so", Duration.ofDays(31));
        make("onnxruntime-linux-x64-34567890/notes.txt", Duration.ofDays(31));
        make("other-libraries/libonnxruntime.so", Duration.ofDays(31));
        new StaleFiles(NOW).removeFromCache(folder);
        assertThat(list(folder))
                .extracting(file -> file.getFileName().toString())
                .containsExactly(
                        "onnxruntime-linux-x64-12345678",
                        "onnxruntime-linux-x64-34567890",
                        "other-libraries");
    }

    @Test
    void inTheCacheOnlyFilesGoThatWereNeverFinished() throws IOException {
        make("onnxruntime-linux-x64-12345678/libonnxruntime.so", LONG_AGO);
        make("onnxruntime-linux-x64-12345678/libonnxruntime.so99.part", LONG_AGO);
        make("onnxruntime-linux-x64-12345678/libonnxruntime.so98.part", Duration.ofMinutes(1));
        make("onnxruntime-linux-x64-12345678/owner7.part", LONG_AGO);
        new StaleFiles(NOW).removeFromCache(folder);
        assertThat(list(folder.resolve("onnxruntime-linux-x64-12345678")))
                .extracting(file -> file.getFileName().toString())
                .containsExactly("libonnxruntime.so", "libonnxruntime.so98.part");
    }

    private void remove() throws IOException {
        new StaleFiles(NOW).removeFromTemporary(folder);
    }

    /** A folder where {@code path} ends in a slash, else a file in such. */
    private void make(String path, Duration age) throws IOException {
        Path made = folder.resolve(path);
        if (path.endsWith("/")) {
            Files.createDirectories(made);
        } else {
            Files.createDirectories(made.getParent());
            Files.writeString(made, "some content");
        }
        for (Path each = made; !each.equals(folder); each = each.getParent()) {
            Files.setLastModifiedTime(each, FileTime.from(NOW.minus(age)));
        }
    }

    private List<Path> all() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
