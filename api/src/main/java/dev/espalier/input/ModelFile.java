package dev.espalier.input;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A model and the file it was read from.
 *
 * @param fileBytes of the file itself
 */
public record ModelFile(Path path, Model model, long fileBytes) {
    /**
     * Reads a model, and checks that its nodes fit their operators before anything native sees it.
     *
     * @throws ModelFormatException where it is no model
     * @throws UnsupportedModelException where it cannot be used
     */
    public static ModelFile read(Path path) {
        if (!Files.exists(path)) {
            throw new ModelFormatException(path + ": there is no such model");
        }
        if (!Files.isRegularFile(path)) {
            throw new ModelFormatException(path + ": not a file; expected an ONNX model");
        }
        Model model = OnnxReader.read(path);
        try {
            ModelFile read = new ModelFile(path, model, Files.size(path));
            read.use(() -> ShapeInference.of(model));
            return read;
        } catch (IOException e) {
            throw new ModelFormatException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * What {@code work} makes of this model.
     *
     * @throws UnsupportedModelException naming this file, where the work cannot use the model
     */
    public <T> T use(Supplier<T> work) {
        try {
            return work.get();
        } catch (UnsupportedModelException e) {
            throw e.getMessage().contains(path.toString()) ? e : e.at(path.toString());
        }
    }

    /** Bytes on disk, weights in external files included. */
    public long bytes(Cost cost) {
        // A file smaller than its own weights keeps them outside.
        return fileBytes < cost.bytes() ? fileBytes + cost.bytes() : fileBytes;
    }

    public String name() {
        return path.getFileName().toString();
    }
}
