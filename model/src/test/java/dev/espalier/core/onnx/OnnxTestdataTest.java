package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.ir.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every model that ONNX itself tests with survives reading and writing. */
class OnnxTestdataTest {
    private static final Path FOLDER = Path.of("/usr/share/libonnx-testdata/data");

    @Test
    void everyModelReadsWritesAndReadsAgainToAnEqualModel() throws IOException {
        assumeTrue(
                Files.isDirectory(FOLDER),
                "ONNX's test models are not installed (Debian package libonnx-testdata)");
        List<Path> files;
        try (Stream<Path> found = Files.walk(FOLDER)) {
            files = found.filter(path -> path.endsWith("model.onnx")).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(900);
        for (Path file : files) {
            Model model = OnnxReader.read(file);
            byte[] written = OnnxWriter.toBytes(model);
            Model again = OnnxReader.read(written);
            assertThat(again).as(file.toString()).isEqualTo(model);
            assertThat(OnnxWriter.toBytes(again)).as(file.toString()).isEqualTo(written);
        }
    }
}
