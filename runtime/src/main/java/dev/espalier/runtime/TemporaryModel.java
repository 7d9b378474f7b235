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

/**
 * A model in a temporary folder of its own, with its external data, for those who read files.
 *
 * @param folder that {@link #delete} removes
 * @param path of the model in it
 */
public record TemporaryModel(Path folder, Path path) {
    /**
     * @throws OutputException where it cannot be written
     */
    public static TemporaryModel write(Model model) {
        Path folder;
        try {
            folder = Files.createTempDirectory("espalier-model");
        } catch (IOException e) {
            throw new OutputException(
                    "no temporary folder can be made to load a model from: "
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

    /** Removes the folder; nothing happens where it is gone. */
    public void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // The system clears its temporary folder; the model was of use meanwhile.
        }
    }
}
