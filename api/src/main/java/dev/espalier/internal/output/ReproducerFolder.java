package dev.espalier.internal.output;

import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.WholeFile;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Leaves the models of a failed proof as files, and their inputs as the initializers of one more,
 * which every ONNX tool can read.
 *
 * @param folder where they go, unless what is there is not ours to replace; then a number is put
 *     behind its name
 * @param run identity of the run that leaves them
 */
record ReproducerFolder(Path folder, String run) implements Reproducer {
    private static final long IR_VERSION = 8;
    private static final long OPSET = 17;
    private static final String INPUTS = "inputs";

    @Override
    public Optional<String> leave(Map<String, Model> models, Map<String, Tensor> inputs) {
        Map<String, Model> all = new LinkedHashMap<>(models);
        all.put(INPUTS, container(inputs));
        Path place = folder;
        try {
            place = free();
            Files.createDirectory(place);
        } catch (IOException e) {
            throw WholeFile.failure(place, e);
        }
        try {
            Disk.forceFolder(place.toAbsolutePath().getParent());
            for (Map.Entry<String, Model> model : all.entrySet()) {
                OnnxWriter.write(model.getValue(), file(place, model.getKey()));
            }
            String name = place.getFileName().toString();
            FolderMark.write(place, FolderMark.REPRODUCER, name, run);
        } catch (IOException e) {
            throw without(place, all.keySet(), WholeFile.failure(place, e));
        } catch (OutputException e) {
            throw without(place, all.keySet(), e);
        }
        return Optional.of(place.toString());
    }

    /** A name that nobody has; a reproducer of an earlier run makes place for this one. */
    private Path free() throws IOException {
        for (int number = 1; ; number++) {
            Path place =
                    number == 1
                            ? folder
                            : folder.resolveSibling(folder.getFileName() + "-" + number);
            if (!Disk.exists(place)) {
                return place;
            }
            boolean ours =
                    Refusal.of(place, FolderMark.REPRODUCER).isEmpty()
                            && !Disk.list(place).isEmpty();
            if (ours) {
                FolderMark.read(place).orElseThrow().remove(place);
                if (!Disk.exists(place)) {
                    return place;
                }
            }
        }
    }

    private static Path file(Path place, String name) {
        return place.resolve(name + ".onnx");
    }

    /** Half of a reproducer is of no use, and takes space that there is too little of. */
    private static OutputException without(Path place, Set<String> names, OutputException e) {
        try {
            for (String name : names) {
                Path file = file(place, name);
                Files.deleteIfExists(file);
                Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".data"));
            }
            Files.deleteIfExists(place.resolve(FolderMark.FILE));
            Disk.removeEmpty(place);
        } catch (IOException second) {
            e.addSuppressed(second);
        }
        return e;
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
        return new Model(IR_VERSION, Map.of("", OPSET), graph, Map.of(), Map.of(), Opaque.NONE);
    }
}
