package dev.espalier.internal.input;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.Model;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the files that a recipe names: beside the recipe, or else in the current folder.
 *
 * @param recipe the recipe's own file
 */
public record RecipePaths(Path recipe) {
    /** The absolute path of what is there, or empty. */
    public Optional<Path> find(String name) {
        Path path = path(name);
        Path beside = recipe.toAbsolutePath().resolveSibling(path);
        return Files.exists(beside)
                ? Optional.of(beside.normalize())
                : Files.exists(path)
                        ? Optional.of(path.toAbsolutePath().normalize())
                        : Optional.empty();
    }

    /**
     * @param what the recipe's word for it, such as {@code model}
     * @throws InvalidOptionException where it is not there
     */
    public Path require(String name, String what) {
        return find(name)
                .orElseThrow(
                        () ->
                                new InvalidOptionException(
                                        "%s: the %s '%s' is neither beside the recipe nor in %s; give its path with --%s"
                                                .formatted(
                                                        recipe,
                                                        what,
                                                        name,
                                                        Path.of("").toAbsolutePath(),
                                                        what)));
    }

    /**
     * Opens the data of {@code read}, which this recipe was read as.
     *
     * @throws InvalidOptionException where the recipe names none or it is not there
     */
    public DataSplits data(Recipe read, Model model) {
        DataOptions options =
                read.data()
                        .orElseThrow(
                                () ->
                                        new InvalidOptionException(
                                                recipe
                                                        + ": data is needed here, and the recipe has no data block"));
        Path place = require(options.path(), "data");
        return DataLoader.open(options.at(place), model, read.seed());
    }

    private Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new InvalidOptionException(
                    recipe + ": '" + name + "' is no path: " + e.getReason(), e);
        }
    }
}
