package dev.espalier.core.onnx;

import dev.espalier.core.ir.Model;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The files beside a model's own in which its weights lie. */
public final class ExternalFiles {
    private ExternalFiles() {}

    /** Real paths of those that the initializers of {@code model} are read from, in order. */
    public static Set<Path> of(Model model) {
        Set<Path> files = new TreeSet<>();
        model.graph()
                .initializers()
                .values()
                .forEach(
                        initializer -> {
                            if (initializer.tensor().storage() instanceof FileStorage storage) {
                                files.add(storage.file());
                            }
                        });
        return files;
    }
}
