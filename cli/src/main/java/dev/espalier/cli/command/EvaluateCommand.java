package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.view.Json;
import dev.espalier.cli.view.Table;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Model;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.report.Figures;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.input.RecipePaths;
import dev.espalier.internal.judge.ModelMetrics;
import dev.espalier.runtime.Evaluation;
import dev.espalier.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "evaluate",
        description =
                "Measures files' metrics on a recipe's data; top-1, top-5 and loss of classifiers.")
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
    @Mixin private PluginsOption plugins;
    @Mixin private FormatOption format;

    @Parameters(paramLabel = "MODEL", arity = "1..*", description = "ONNX files.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--ensemble",
            description = "Measure all files as one network, the mean of their probabilities.")
    private boolean ensemble;

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

    private ModelMetrics metrics;

    EvaluateCommand(Espalier root) {
        this.root = root;
    }

    /** A row of what is printed. */
    private record Measured(String model, int samples, Map<String, Double> metrics) {}

    @Override
    public Integer call() {
        return plugins.use(this::done);
    }

    private Integer done() {
        Recipe read = RecipeArguments.read(recipe, Optional.empty(), data, List.of());
        List<Measured> measured = ensemble ? List.of(together(read)) : each(read);
        format.print(root.terminal(), () -> table(read, measured), () -> json(measured));
        return ExitCode.DONE;
    }

    private Measured together(Recipe read) {
        // What is no model is better refused before the others are measured.
        files.forEach(file -> opened(read, file));
        Evaluation evaluation =
                Evaluation.ofEnsemble(
                        files,
                        examples(read, files.get(0)),
                        SessionSettings.DEFAULT,
                        root.progress());
        return new Measured(
                files.stream().map(EvaluateCommand::name).collect(Collectors.joining(", ")),
                evaluation.samples(),
                evaluation.metrics());
    }

    private List<Measured> each(Recipe read) {
        // All of them are opened before any is measured.
        List<Dataset> examples = files.stream().map(file -> examples(read, file)).toList();
        List<Measured> measured = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            Dataset data = examples.get(i);
            Map<String, Double> found =
                    metrics(read).judges(data)
                            ? metrics(read).on(files.get(i), data, root.progress())
                            : Evaluation.of(
                                            files.get(i),
                                            data,
                                            SessionSettings.DEFAULT,
                                            root.progress())
                                    .metrics();
            measured.add(new Measured(name(files.get(i)), data.size(), found));
        }
        return measured;
    }

    /** Those that compare do so with the recipe's model. */
    private ModelMetrics metrics(Recipe read) {
        if (metrics == null) {
            Model original =
                    read.metrics().isEmpty() && read.goal().metrics().isEmpty()
                            ? null
                            : read.model()
                                    .flatMap(new RecipePaths(recipe)::find)
                                    .map(file -> opened(read, file).model())
                                    .orElse(null);
            metrics = ModelMetrics.of(read, original);
        }
        return metrics;
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private Dataset examples(Recipe read, Path file) {
        Model model = opened(read, file).model();
        Dataset examples = split.of(new RecipePaths(recipe).data(read, model));
        if (examples.size() == 0) {
            throw new InvalidOptionException(
                    "the %s split is empty; see 'validation' in %s".formatted(split, recipe));
        }
        return examples;
    }

    private ModelFile opened(Recipe read, Path file) {
        ModelFile opened = ModelFile.read(file);
        root.foreignModels().tryOut(opened, read.shapes().withBatch(1));
        return opened;
    }

    private Table table(Recipe read, List<Measured> measured) {
        Set<String> ids = measured.get(0).metrics().keySet();
        Set<String> ratios = metrics(read).ratios(ids);
        List<String> head = new ArrayList<>(List.of("model", "split", "#samples"));
        ids.forEach(id -> head.add("#" + Figures.metricName(id)));
        Table table = new Table(head.toArray(String[]::new));
        for (Measured each : measured) {
            List<Object> row = new ArrayList<>(List.of(each.model(), split, each.samples()));
            each.metrics()
                    .forEach(
                            (id, value) ->
                                    row.add(
                                            ratios.contains(id)
                                                    ? Figures.percent(value)
                                                    : Figures.plain(value)));
            table.row(row.toArray());
        }
        return table;
    }

    /** One object, or with several files that are no ensemble a list of them. */
    private JsonNode json(List<Measured> measured) {
        if (measured.size() == 1) {
            return json(measured.get(0));
        }
        ArrayNode list = Json.object().arrayNode();
        measured.forEach(each -> list.add(json(each).put("model", each.model())));
        return list;
    }

    private ObjectNode json(Measured measured) {
        ObjectNode json =
                Json.object().put("samples", measured.samples()).put("split", split.toString());
        if (ensemble) {
            json.put("models", files.size());
        }
        ObjectNode metrics = json.putObject("metrics");
        measured.metrics().forEach((name, value) -> Json.put(metrics, name, value));
        return json;
    }
}
