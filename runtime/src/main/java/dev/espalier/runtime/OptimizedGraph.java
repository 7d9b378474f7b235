package dev.espalier.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.espalier.core.OutputException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What ONNX Runtime makes of a model before it runs it, with all optimizations on this machine: the
 * way to see which operators were fused and which stayed apart.
 */
public final class OptimizedGraph {
    static final String PREFIX = "espalier-optimized";

    private OptimizedGraph() {}

    /**
     * The graph that runs in place of {@code model}, with operators of the runtime's own domains.
     *
     * @throws dev.espalier.core.UnsupportedModelException where the runtime refuses the model
     */
    public static Model of(Model model) {
        Path file;
        try {
            file = Files.createTempFile(PREFIX, ".onnx");
        } catch (IOException e) {
            throw new OutputException(
                    "no temporary file can be made for the optimized graph: " + e.getMessage(), e);
        }
        try {
            write(model, file);
            return OnnxReader.read(file);
        } finally {
            delete(file);
        }
    }

    private static void write(Model model, Path file) {
        try (OrtSession.SessionOptions options = RuntimeEnvironment.options()) {
            options.setIntraOpNumThreads(1);
            options.setOptimizedModelFilePath(file.toString());
            RuntimeEnvironment.get().createSession(OnnxWriter.toBytes(model), options).close();
        } catch (OrtException e) {
            throw NativeErrors.translate("optimize the model", e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // StaleFiles tries again; what was read from the file is there.
        }
    }
}
