package dev.espalier.cli.command;

import dev.espalier.Compression;
import dev.espalier.core.pass.OptionSpec;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.internal.input.StoredFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "quantize",
        description =
                "Quantizes a model to 8-bit integers without a recipe; the output is compress's.")
final class QuantizeCommand implements Callable<Integer> {
    private final Espalier root;
    @Mixin private PluginsOption plugins;

    @Parameters(paramLabel = "MODEL", description = "The ONNX file.")
    private Path model;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Examples to calibrate, decide and measure on.")
    private Path data;

    @Option(
            names = "--data-format",
            paramLabel = "FORMAT",
            description =
                    "cifar10, image-folder, idx, npz or csv; found out where it is not given.")
    private Optional<String> format;

    @Option(
            names = "--preprocess",
            paramLabel = "YAML",
            defaultValue = "{}",
            description = "As in a recipe, such as '{scale: 255, mean: [0.5], std: [0.5]}'.")
    private String preprocess;

    @Option(
            names = "--calibration",
            paramLabel = "METHOD",
            defaultValue = "percentile",
            description =
                    "How ranges are chosen: min-max, average, percentile, entropy or mse; default"
                            + " ${DEFAULT-VALUE}.")
    private String calibration;

    @Option(
            names = "--max-drop",
            paramLabel = "POINTS",
            description =
                    "Most points of top-1 to lose on validation examples; where it is more, remedies"
                            + " are tried.")
    private Optional<Double> maxDrop;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Change a value of the recipe that this stands for, such as goal.min-speedup=1.5"
                            + " or passes.0.quantize.integers.target=vnni.")
    private List<String> assignments = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the result goes; default out/ and the model's name.")
    private Optional<Path> out;

    @Option(names = "--quick", description = "Measure latency briefly, and of the result alone.")
    private boolean quick;

    QuantizeCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return plugins.use(this::done);
    }

    private Integer done() {
        Path folder = out.orElseGet(() -> Path.of("out").resolve(name()));
        Recipe recipe =
                new RecipeReader(PassRegistry.load()).parse(text(), "espalier quantize", changes());
        Compression compression =
                root.compression(recipe).withQuick(quick).withCommand(typed(folder));
        return CompressCommand.run(root, compression, folder);
    }

    private String name() {
        return model.getFileName().toString().replaceAll("\\.onnx$", "") + "-int8";
    }

    /** The recipe that the command line stands for. */
    private String text() {
        String stored = format.orElseGet(() -> OptionSpec.choice(StoredFormat.of(data)));
        return """
                version: 1
                data:
                  format: %s
                  preprocess: %s
                passes:
                  - quantize: {calibration: %s}
                guard: {max-drop: %s}
                """
                .formatted(
                        stored,
                        preprocess,
                        calibration,
                        maxDrop.map(Object::toString).orElse("null"));
    }

    private RecipeReader.Changes changes() {
        return new RecipeReader.Changes(
                Optional.of(RecipeArguments.absolute(model)),
                Optional.of(RecipeArguments.absolute(data)),
                assignments);
    }

    /** The command as it would be typed again. */
    private String typed(Path folder) {
        StringBuilder typed = new StringBuilder("espalier quantize ");
        typed.append(RecipeArguments.quoted(model.toString()));
        typed.append(" --data ").append(RecipeArguments.quoted(data.toString()));
        format.ifPresent(f -> typed.append(" --data-format ").append(RecipeArguments.quoted(f)));
        typed.append(" --preprocess ").append(RecipeArguments.quoted(preprocess));
        typed.append(" --calibration ").append(RecipeArguments.quoted(calibration));
        maxDrop.ifPresent(points -> typed.append(" --max-drop ").append(points));
        assignments.forEach(a -> typed.append(" --set ").append(RecipeArguments.quoted(a)));
        typed.append(" --out ").append(RecipeArguments.quoted(folder.toString()));
        return typed.append(plugins.typed()).append(quick ? " --quick" : "").toString();
    }
}
