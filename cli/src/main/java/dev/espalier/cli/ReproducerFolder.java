package dev.espalier.cli;

import dev.espalier.core.OutputException;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Reproducer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Leaves the models of a failed proof as files, and their inputs as the initializers of one more,
 * which every ONNX tool can read.
 *
 * @param folder replaced as a whole
 */
record ReproducerFolder(Path folder) implements Reproducer {
    private static final long IR_VERSION = 8;
    private static final long OPSET = 17;

    @Override
    public Optional<String> leave(Map<String, Model> models, Map<String, Tensor> inputs) {
        try {
            RunFolder.delete(folder);
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw RunFolder.failed(folder, e);
        }
        try {
            models.forEach(
                    (name, model) -> OnnxWriter.write(model, folder.resolve(name + ".onnx")));
            OnnxWriter.write(container(inputs), folder.resolve("inputs.onnx"));
        } catch (OutputException e) {
            // Half of a reproducer is of no use, and takes space that there is too little of.
            throw RunFolder.without(folder, e);
        }
        return Optional.of(folder.toString());
    }

    private static Model container(Map<String, Tensor> inputs) {
        List<Initializer> initializers =
                inputs.entrySet().stream()
                        .map(input -> Initializer.of(input.getKey(), input.getValue()))
                        .toList();
        Graph graph =
                new Graph(
                        "inputs",
                        List.of(),
                        List.of(),
                        List.of(),
                        initializers,
                        List.of(),
                        Opaque.NONE);
        return new Model(IR_VERSION, Map.of("", OPSET), graph, Map.of(), Opaque.NONE);
    }
}
