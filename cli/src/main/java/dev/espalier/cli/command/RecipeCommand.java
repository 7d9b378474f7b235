package dev.espalier.cli.command;

import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.core.recipe.RecipeSchema;
import dev.espalier.core.recipe.RecipeWriter;
import dev.espalier.internal.input.RecipePaths;
import dev.espalier.internal.output.OutputFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "recipe", description = "Writes a first recipe, checks one, or prints the schema.")
final class RecipeCommand implements Runnable {
    private final Espalier root;
    @Spec private CommandSpec spec;

    RecipeCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which of init, validate and schema?");
    }

    @Command(description = "Writes a commented recipe to start from.")
    int init(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "FILE",
                            description = "Where to; standard output if left out.")
                    Optional<Path> file)
            throws IOException {
        String text;
        try (var in = RecipeCommand.class.getResourceAsStream("recipe-template.yaml")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (file.isEmpty()) {
            root.terminal().out().print(text);
            return ExitCode.DONE;
        }
        OutputFile.writeNew(file.get(), text);
        root.terminal().say("wrote " + file.get());
        return ExitCode.DONE;
    }

    @Command(description = "Checks recipes, and that the files they name are there.")
    int validate(
            @Parameters(arity = "1..*", paramLabel = "RECIPE") List<Path> files,
            @Option(names = "--print", description = "Print each with every default filled in.")
                    boolean print) {
        RecipeReader reader = new RecipeReader(PassRegistry.load());
        for (Path file : files) {
            Recipe recipe = reader.read(file, RecipeReader.Changes.NONE);
            List<String> missing = new ArrayList<>();
            RecipePaths paths = new RecipePaths(file);
            recipe.model().filter(m -> paths.find(m).isEmpty()).ifPresent(missing::add);
            recipe.data()
                    .map(data -> data.path())
                    .filter(d -> paths.find(d).isEmpty())
                    .ifPresent(missing::add);
            if (print) {
                root.terminal().out().print(RecipeWriter.write(recipe));
            }
            root.terminal()
                    .say(
                            file
                                    + " is a valid recipe"
                                    + (missing.isEmpty()
                                            ? ""
                                            : "; not found here: " + String.join(", ", missing)));
        }
        return ExitCode.DONE;
    }

    @Command(description = "Prints the JSON schema of recipes, for editors.")
    int schema() {
        root.terminal().out().print(RecipeSchema.write(PassRegistry.load()));
        return ExitCode.DONE;
    }
}
