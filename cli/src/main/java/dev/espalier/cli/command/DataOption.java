package dev.espalier.cli.command;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option {@code --data} of commands that read a recipe. */
final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the data lies, in place of the recipe's path.")
    private Optional<Path> path;

    Optional<Path> path() {
        return path;
    }
}
