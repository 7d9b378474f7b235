package dev.espalier.runtime;

import dev.espalier.core.OutputException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A model in a temporary folder of its own, with its external data. */
record TemporaryModel(Path folder, Path path) {
    static TemporaryModel write(Model model) {
        Path folder;
        try {
            folder = Files.createTempDirectory("espalier-model");
        } catch (IOException e) {
            throw new OutputException(
                    "no temporary folder can be made for a model too large for memory: "
                            + e.getMessage(),
                    e);
        }
        TemporaryModel written = new TemporaryModel(folder, folder.resolve("model.onnx"));
        try {
            OnnxWriter.write(model, written.path);
        } catch (RuntimeException e) {
            written.delete();
            throw e;
        }
        return written;
    }

    void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // The system clears its temporary folder; the model was of use meanwhile.
        }
    }
}
