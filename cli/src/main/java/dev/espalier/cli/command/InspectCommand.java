package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.cli.view.FilterPicture;
import dev.espalier.cli.view.FilterView;
import dev.espalier.cli.view.GroupPicture;
import dev.espalier.cli.view.GroupView;
import dev.espalier.cli.view.Json;
import dev.espalier.cli.view.SaturationView;
import dev.espalier.cli.view.Table;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.NodeCost;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.report.Figures;
import dev.espalier.graft.LayerFilters;
import dev.espalier.groupconv.Groupability;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.output.OutputFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description =
                "Shows a model's nodes, shapes, parameters and operations, and whether 8-bit sums can"
                        + " saturate. Runs nothing of it but constants.")
final class InspectCommand implements Callable<Integer> {
    private final Espalier root;
    @Mixin private FormatOption format;
    @Mixin private ShapesOption shapes;

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path file;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Size of a free first dimension; default ${DEFAULT-VALUE}.")
    private int batch;

    @ArgGroup(exclusive = false)
    private View view;

    /** What is shown instead of the nodes. */
    private static final class View {
        @ArgGroup(multiplicity = "1")
        private Subject subject;

        @Option(
                names = "--picture",
                paramLabel = "FILE",
                description = "Write a picture of all norms there, as SVG.")
        private Path picture;
    }

    /** One or the other. */
    private static final class Subject {
        @ArgGroup(exclusive = false)
        private FilterOptions filters;

        @ArgGroup(exclusive = false)
        private GroupOptions groups;
    }

    /** What {@code --filters} shows instead of the nodes. */
    private static final class FilterOptions {
        @Option(
                names = "--filters",
                required = true,
                description = "Show the filters of convolutions: norms, entropy, invalid ones.")
        private boolean shown;

        @Option(
                names = "--threshold",
                paramLabel = "T",
                defaultValue = "0.1",
                description = "Filters of a smaller L1 norm are invalid; default ${DEFAULT-VALUE}.")
        private double threshold;
    }

    /** What {@code --groups} shows instead of the nodes. */
    private static final class GroupOptions {
        @Option(
                names = "--groups",
                required = true,
                description =
                        "Show what convolutions would keep of their weights if cut into groups.")
        private boolean shown;

        @Option(
                names = "--seed",
                paramLabel = "S",
                defaultValue = "17",
                description = "Seed of the search for shuffles; default ${DEFAULT-VALUE}.")
        private long seed;
    }

    InspectCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        ModelFile opened = ModelFile.read(file);
        return opened.use(() -> show(opened));
    }

    private int show(ModelFile opened) {
        Model model = opened.model();
        if (view != null) {
            return view.subject.filters != null
                    ? showFilters(model, view.subject.filters)
                    : showGroups(model, view.subject.groups);
        }
        Cost cost = Cost.of(model, shapes.withBatch(batch));
        format.print(
                root.terminal(), () -> nodes(cost), () -> json(model, cost, opened.bytes(cost)));
        if (format.isTable()) {
            summary(model, cost, opened);
        }
        return ExitCode.DONE;
    }

    private int showFilters(Model model, FilterOptions filters) {
        List<LayerFilters> layers = LayerFilters.of(model);
        if (layers.isEmpty()) {
            throw new UnsupportedModelException(
                    "the model has no convolution with constant weights, so no filters to show");
        }
        FilterView shown = new FilterView(layers, filters.threshold);
        format.print(root.terminal(), shown::table, shown::json);
        if (format.isTable()) {
            root.terminal().out().println();
            root.terminal().out().println(shown.summary());
        }
        if (view.picture != null) {
            OutputFile.writeNew(view.picture, new FilterPicture(layers, filters.threshold).svg());
        }
        return ExitCode.DONE;
    }

    private int showGroups(Model model, GroupOptions groups) {
        Map<String, String> refusals = new LinkedHashMap<>();
        List<Groupability> layers =
                Groupability.of(model, groups.seed, refusals::put, root.progress());
        if (layers.isEmpty()) {
            throw new UnsupportedModelException(
                    "the model has no convolution that could be cut into groups"
                            + refusals.entrySet().stream()
                                    .map(e -> "; " + e.getKey() + ": " + e.getValue())
                                    .collect(Collectors.joining()));
        }
        GroupView shown = new GroupView(layers, refusals);
        format.print(root.terminal(), shown::table, shown::json);
        if (format.isTable()) {
            root.terminal().out().println();
            shown.summary().forEach(root.terminal().out()::println);
        }
        if (view.picture != null) {
            OutputFile.writeNew(view.picture, new GroupPicture(layers).svg());
        }
        return ExitCode.DONE;
    }

    private static Table nodes(Cost cost) {
        Table table = new Table("node", "operator", "output", "#parameters", "#MACs");
        for (NodeCost node : cost.nodes()) {
            table.row(
                    node.name(),
                    node.op(),
                    node.outputs().isEmpty() ? "" : type(node.outputs().get(0)),
                    node.parameters(),
                    node.macs());
        }
        return table;
    }

    private static String type(Value value) {
        return value.type().map(type -> type.dataType() + " " + type.shape()).orElse("unknown");
    }

    private void summary(Model model, Cost cost, ModelFile opened) {
        Terminal terminal = root.terminal();
        terminal.out().println();
        terminal.out()
                .println("file        " + opened.name() + ", " + Figures.bytes(opened.bytes(cost)));
        terminal.out().println("opset       " + model.opset());
        terminal.out().println("inputs      " + values(model.graph().feeds()));
        terminal.out().println("outputs     " + values(model.graph().outputs()));
        terminal.out()
                .printf(
                        "nodes       %s; %s parameters; %s MACs at batch %s%n",
                        cost.nodes().size(), cost.parameters(), Figures.count(cost.macs()), batch);
        Map<String, Long> foreign = undescribed(model);
        terminal.out()
                .println(
                        "coverage    "
                                + (foreign.isEmpty()
                                        ? "every operator is known"
                                        : "left as they are, and freezing what they touch: "
                                                + foreign.entrySet().stream()
                                                        .map(e -> e.getKey() + " ×" + e.getValue())
                                                        .collect(Collectors.joining(", "))));
        if (!cost.unknown().isEmpty()) {
            terminal.out().println("not counted " + String.join(", ", cost.unknown()));
        }
        SaturationView sums = new SaturationView(model, root.foreignModels().runner());
        if (sums.isShown()) {
            terminal.out().println("8-bit sums  " + sums.text());
        }
        terminal.out()
                .println("MAC = one multiply-accumulate of Conv, ConvTranspose, Gemm or MatMul.");
    }

    private static String values(List<Value> values) {
        return values.stream()
                .map(value -> value.name() + ": " + type(value))
                .collect(Collectors.joining("; "));
    }

    /** How often each operator occurs that Espalier has no description of. */
    private static Map<String, Long> undescribed(Model model) {
        return model.graph().nodes().stream()
                .filter(node -> Operators.of(node).isEmpty())
                .collect(
                        Collectors.groupingBy(
                                InspectCommand::operator, TreeMap::new, Collectors.counting()));
    }

    private static String operator(Node node) {
        return node.isStandard() ? node.opType() : node.domain() + "." + node.opType();
    }

    private ObjectNode json(Model model, Cost cost, long bytes) {
        ObjectNode json =
                Json.object()
                        .put("parameters", cost.parameters())
                        .put("macs", cost.macs())
                        .put("bytes", bytes)
                        .put("opset", model.opset());
        values(json.putArray("inputs"), model.graph().feeds());
        values(json.putArray("outputs"), model.graph().outputs());
        ObjectNode coverage = json.putObject("unknownOperators");
        undescribed(model).forEach(coverage::put);
        SaturationView sums = new SaturationView(model, root.foreignModels().runner());
        if (sums.isShown()) {
            json.set("saturation", sums.json());
        }
        ArrayNode nodes = json.putArray("nodes");
        for (NodeCost cost1 : cost.nodes()) {
            ObjectNode node = nodes.addObject();
            node.put("name", cost1.name()).put("op", cost1.op());
            node.put("parameters", cost1.parameters()).put("macs", cost1.macs());
            values(node.putArray("inputs"), cost1.inputs());
            values(node.putArray("outputs"), cost1.outputs());
        }
        return json;
    }

    private static void values(ArrayNode list, List<Value> values) {
        for (Value value : values) {
            ObjectNode node = list.addObject().put("name", value.name());
            node.put("type", value.type().map(t -> t.dataType().name()).orElse("UNKNOWN"));
            Shape shape = value.type().map(TensorType::shape).orElse(Shape.UNRANKED);
            if (!shape.isRanked()) {
                node.putNull("shape");
                continue;
            }
            ArrayNode dims = node.putArray("shape");
            for (Dim dim : shape.dims()) {
                if (dim.isFixed()) {
                    dims.add(dim.size());
                } else {
                    dims.add(dim.toString());
                }
            }
        }
    }
}
