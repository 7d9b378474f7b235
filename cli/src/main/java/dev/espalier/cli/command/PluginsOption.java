package dev.espalier.cli.command;

import dev.espalier.Plugins;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option {@code --plugins} of commands that read a recipe. */
final class PluginsOption {
    @Option(
            names = "--plugins",
            paramLabel = "DIR",
            description =
                    "A folder of jars with passes and metrics of one's own; their code is run.")
    private Optional<Path> folder;

    /** Runs {@code work} with the plug-ins, where there are any. */
    <T> T use(Supplier<T> work) {
        if (folder.isEmpty()) {
            return work.get();
        }
        try (Plugins plugins = Plugins.open(folder.get())) {
            return plugins.use(work);
        }
    }

    /** The option as it would be typed again, with a blank before it. */
    String typed() {
        return folder.map(f -> " --plugins " + RecipeArguments.quoted(f.toString())).orElse("");
    }
}
