package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrtNativesTest {
    private static final Path MAPS = Path.of("/proc/self/maps");

    @Test
    void theLibrariesAreLoadedFromTheCacheAndTheOptionIsTakenBack() throws IOException {
        Environment.get();
        Path folder = OrtNatives.folder().orElseThrow();
        assertThat(folder.getParent()).isEqualTo(UserCache.folder().resolve("native"));
        assertThat(folder.resolve(System.mapLibraryName("onnxruntime"))).exists();
        assertThat(System.getProperty("onnxruntime.native.path")).isNull();

        assumeTrue(Files.exists(MAPS), "needs Linux's /proc");
        List<String> loaded = Files.readAllLines(MAPS);
        assertThat(loaded)
                .filteredOn(line -> line.contains("libonnxruntime"))
                .isNotEmpty()
                .allMatch(line -> line.contains(folder.toAbsolutePath().toString()));
    }

    @Test
    void thisMachineIsKnown() {
        assertThat(OrtNatives.platform()).matches("(linux|osx|win)-\\w+");
        assertThat(OrtNatives.areIncluded()).isTrue();
    }
}
