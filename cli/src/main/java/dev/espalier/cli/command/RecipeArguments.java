package dev.espalier.cli.command;

import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A recipe and what the command line changes in it. */
final class RecipeArguments {
    @Parameters(paramLabel = "RECIPE", description = "A recipe in YAML.")
    private Path file;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "The ONNX file, in place of the recipe's.")
    private Optional<Path> model;

    @Mixin private DataOption data;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a value of the recipe, such as passes.0.prune.macs=0.5.")
    private List<String> assignments = new ArrayList<>();

    Path file() {
        return file;
    }

    Recipe read() {
        return read(file, model, data, assignments);
    }

    /** A recipe with its model, data and values changed. */
    static Recipe read(Path file, Optional<Path> model, DataOption data, List<String> assignments) {
        RecipeReader.Changes changes =
                new RecipeReader.Changes(
                        model.map(RecipeArguments::absolute),
                        data.path().map(RecipeArguments::absolute),
                        assignments);
        return new RecipeReader(PassRegistry.load()).read(file, changes);
    }

    /** Paths of the command line are relative to the current folder, not to the recipe. */
    static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    /** The arguments as they would be typed again. */
    String typed() {
        StringBuilder typed = new StringBuilder(quoted(file.toString()));
        model.ifPresent(m -> typed.append(" --model ").append(quoted(m.toString())));
        data.path().ifPresent(d -> typed.append(" --data ").append(quoted(d.toString())));
        assignments.forEach(a -> typed.append(" --set ").append(quoted(a)));
        return typed.toString();
    }

    static String quoted(String word) {
        return word.matches("[A-Za-z0-9_/.:=@%+,-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
