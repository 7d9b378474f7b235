package dev.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Model;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.report.Figures;
import dev.espalier.runtime.Evaluation;
import dev.espalier.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "evaluate",
        description = "Measures a file's top-1, top-5 and loss on a recipe's data.")
final class EvaluateCommand implements Callable<Integer> {
    /** The parts of the data. */
    enum Split {
        TRAINING,
        CALIBRATION,
        VALIDATION,
        TEST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        Dataset of(DataSplits splits) {
            return switch (this) {
                case TRAINING -> splits.training();
                case CALIBRATION -> splits.calibration();
                case VALIDATION -> splits.validation();
                case TEST -> splits.test();
            };
        }
    }

    private final Espalier root;
    @Mixin private FormatOption format;

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path file;

    @Option(
            names = "--recipe",
            required = true,
            paramLabel = "RECIPE",
            description = "The recipe whose data block is used.")
    private Path recipe;

    @Mixin private DataOption data;

    @Option(
            names = "--split",
            defaultValue = "test",
            paramLabel = "SPLIT",
            description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private Split split;

    EvaluateCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Recipe read = RecipeArguments.read(recipe, Optional.empty(), data, List.of());
        Model model = ModelFile.read(file).model();
        Dataset examples = split.of(new RecipePaths(recipe).data(read, model));
        if (examples.size() == 0) {
            throw new InvalidOptionException(
                    "the %s split is empty; see 'validation' in %s".formatted(split, recipe));
        }
        Evaluation evaluation =
                Evaluation.of(file, examples, SessionSettings.DEFAULT, root.progress());
        format.print(root.terminal(), () -> table(evaluation), () -> json(evaluation));
        return ExitCode.DONE;
    }

    private Table table(Evaluation evaluation) {
        return new Table("model", "split", "#samples", "#top-1", "#top-5", "#loss")
                .row(
                        file.getFileName(),
                        split,
                        evaluation.samples(),
                        Figures.percent(evaluation.top1()),
                        Figures.percent(evaluation.top5()),
                        Figures.plain(evaluation.loss()));
    }

    private ObjectNode json(Evaluation evaluation) {
        ObjectNode json =
                Json.object().put("samples", evaluation.samples()).put("split", split.toString());
        ObjectNode metrics = json.putObject("metrics");
        evaluation.metrics().forEach((name, value) -> Json.put(metrics, name, value));
        return json;
    }
}
