package dev.espalier.cli.command;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.recipe.RecipeReader;
import picocli.CommandLine.Option;

/** Sizes for what models leave open, for commands that run without a recipe. */
final class ShapesOption {
    @Option(
            names = "--input-shapes",
            paramLabel = "SHAPES",
            defaultValue = "{}",
            description =
                    "Sizes of inputs that leave more than the batch open, as in a recipe:"
                            + " \"{input: [1, 3, 224, 224]}\".")
    private String shapes;

    InputShapes withBatch(int batch) {
        return new InputShapes(batch, RecipeReader.shapes(shapes, "--input-shapes"));
    }
}
