package dev.espalier.runtime;

import dev.espalier.core.OutputException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A model in a temporary folder of its own, with its external data, for those who read files.
 *
 * @param folder that {@link #delete} removes
 * @param path of the model in it
 * @param open kept open, by which {@link StaleFiles} of other processes see that it is in use
 */
public record TemporaryModel(Path folder, Path path, FileChannel open) {
    static final String PREFIX = "espalier-model";

    /**
     * @throws OutputException where it cannot be written
     */
    public static TemporaryModel write(Model model) {
        Path folder;
        try {
            folder = Files.createTempDirectory(PREFIX);
        } catch (IOException e) {
            throw new OutputException(
                    "no temporary folder can be made to load a model from: " + e.getMessage(), e);
        }
        Path path = folder.resolve("model.onnx");
        try {
            OnnxWriter.write(model, path);
            return new TemporaryModel(folder, path, FileChannel.open(path));
        } catch (IOException e) {
            delete(folder);
            throw new OutputException(path + " cannot be read again: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            delete(folder);
            throw e;
        }
    }

    /** Removes the folder; nothing happens where it is gone. */
    public void delete() {
        try {
            open.close();
        } catch (IOException e) {
            // Nothing was written through it.
        }
        delete(folder);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // StaleFiles tries again; the model was of use meanwhile.
        }
    }
}
