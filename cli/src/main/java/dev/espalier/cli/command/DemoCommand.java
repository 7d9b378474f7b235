package dev.espalier.cli.command;

import dev.espalier.Compression;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = "Compresses the bundled network on the bundled data: the whole job at once.")
final class DemoCommand implements Callable<Integer> {
    /** Where the launcher found the installation. */
    static final String HOME_PROPERTY = "espalier.home";

    private final Espalier root;

    @Option(
            names = "--out",
            defaultValue = "out/demo",
            paramLabel = "DIR",
            description = "Where the result goes; default ${DEFAULT-VALUE}.")
    private Path out;

    @Option(
            names = "--resume",
            description = "Go on after the last finished pass or epoch of an unfinished run.")
    private boolean resume;

    DemoCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Path file = recipe();
        Recipe recipe = new RecipeReader(PassRegistry.load()).read(file, RecipeReader.Changes.NONE);
        root.terminal().say("running " + file);
        String command = "espalier demo --out " + RecipeArguments.quoted(out.toString());
        Compression compression =
                root.compression(recipe).withPlace(file).withResume(resume).withCommand(command);
        return CompressCommand.run(root, compression, out);
    }

    private static Path recipe() {
        Path home = Path.of(System.getProperty(HOME_PROPERTY, "."));
        Path recipe = home.resolve("demo").resolve("recipe.yaml");
        if (!Files.exists(recipe)) {
            throw new InvalidOptionException(
                    recipe + " is missing from this installation; start the demo with ./espalier");
        }
        return recipe;
    }
}
