package dev.espalier.core.onnx;

import dev.espalier.core.OutputException;
import dev.espalier.core.ir.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes ONNX files. */
public final class OnnxWriter {
    private OnnxWriter() {}

    /**
     * Writes {@code model} to {@code file}, replacing a file of that name in one step.
     *
     * @throws OutputException where that fails
     */
    public static void write(Model model, Path file) {
        Path temporary =
                file.resolveSibling(
                        "." + file.getFileName() + "." + Long.toHexString(System.nanoTime()));
        try {
            Files.write(temporary, toBytes(model));
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new OutputException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** The content of the ONNX file of {@code model}. */
    public static byte[] toBytes(Model model) {
        return ModelCodec.encodeHeader(model).toBuilder()
                .setGraph(GraphCodec.encode(model.graph()))
                .build()
                .toByteArray();
    }
}
