package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.benchmarks.Latency;
import dev.espalier.benchmarks.LatencyPlan;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.view.Json;
import dev.espalier.cli.view.Table;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.SpeedUp;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.output.OutputFile;
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
        name = "bench",
        description = "Measures the latency of models with JMH, in forks that alternate.",
        footer = {
            "",
            "Inputs are random. Speed-up = first model's median / this model's median, with its"
                    + " interval of 95 %%. Forks go on while that is wide and time is left."
        })
final class BenchCommand implements Callable<Integer> {
    private final Espalier root;
    @Mixin private FormatOption format;
    @Mixin private ShapesOption shapes;

    @Parameters(arity = "1..*", paramLabel = "MODEL", description = "ONNX files.")
    private List<Path> files;

    @Option(
            names = "--threads",
            split = ",",
            defaultValue = "1",
            paramLabel = "N",
            description = "Threads of one call, such as 1,2; default ${DEFAULT-VALUE}.")
    private List<Integer> threads;

    @Option(
            names = "--batch",
            split = ",",
            defaultValue = "1",
            paramLabel = "N",
            description = "Examples in one call, such as 1,8; default ${DEFAULT-VALUE}.")
    private List<Integer> batches;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write the results in JMH's own format.")
    private Optional<Path> json;

    @Option(
            names = "--quick",
            description = "About 5 seconds for each model and setting instead of 8.")
    private boolean quick;

    BenchCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        List<ModelFile> models = files.stream().map(ModelFile::read).toList();
        models.forEach(model -> root.foreignModels().tryOut(model, shapes.withBatch(1)));
        LatencyPlan plan =
                new LatencyPlan(
                        threads,
                        batches,
                        LatencyPlan.Effort.of(quick),
                        shapes.withBatch(1).byInput(),
                        0);
        Latency latency = Latency.measure(files, plan, root.progress());
        List<String> names = models.stream().map(ModelFile::name).toList();
        json.ifPresent(file -> OutputFile.write(file, latency.json(names)));
        List<Row> rows = rows(names, latency);
        format.print(root.terminal(), () -> table(rows), () -> json(rows));
        return ExitCode.DONE;
    }

    /**
     * One model at one setting.
     *
     * @param overFirst empty for the first model itself
     */
    private record Row(String model, LatencyResult result, Optional<SpeedUp> overFirst) {}

    private static List<Row> rows(List<String> names, Latency latency) {
        List<Row> rows = new ArrayList<>();
        for (int setting = 0; setting < latency.of(0).size(); setting++) {
            for (int i = 0; i < names.size(); i++) {
                LatencyResult result = latency.of(i).get(setting);
                List<LatencyResult> pair = List.of(latency.of(0).get(setting), result);
                rows.add(
                        new Row(
                                names.get(i),
                                result,
                                i == 0 ? Optional.empty() : Optional.of(SpeedUp.of(pair))));
            }
        }
        return rows;
    }

    private static Table table(List<Row> rows) {
        Table table =
                new Table(
                        "model",
                        "#threads",
                        "#batch",
                        "#median",
                        "#mean",
                        "#± 99.9 %",
                        "#p95",
                        "#fastest",
                        "#speed-up");
        for (Row row : rows) {
            LatencyResult r = row.result();
            table.row(
                    row.model(),
                    r.threads(),
                    r.batch(),
                    Figures.micros(r.p50Micros()),
                    Figures.micros(r.meanMicros()),
                    Figures.micros(r.errorMicros()),
                    Figures.micros(r.p95Micros()),
                    Figures.micros(r.minMicros()),
                    row.overFirst().map(SpeedUp::figures).orElse(""));
        }
        return table;
    }

    private static ArrayNode json(List<Row> rows) {
        ArrayNode list = Json.object().arrayNode();
        for (Row row : rows) {
            ObjectNode node = list.addObject().put("model", row.model());
            node.setAll(Json.of(row.result()));
            Json.put(node, "speedup", row.overFirst().map(SpeedUp::speedup).orElse(1.0));
            row.overFirst()
                    .ifPresent(
                            speedUp -> {
                                Json.put(node, "low", speedUp.low());
                                Json.put(node, "high", speedUp.high());
                                node.put("pairs", speedUp.pairs());
                                node.put("verdict", speedUp.change());
                            });
        }
        return list;
    }
}
