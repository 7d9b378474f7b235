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
import dev.espalier.core.analysis.AssumedSizes;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.NodeCost;
import dev.espalier.core.analysis.ObservedTypes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.pass.ObservedRun;
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
                        + " saturate. What no operator's rule tells is seen in a run on random"
                        + " inputs.")
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
        AssumedSizes sizes = AssumedSizes.of(model, shapes.withBatch(batch));
        Cost counted;
        try {
            counted = count(model, sizes);
        } catch (UnsupportedModelException e) {
            if (sizes.assumed().isEmpty()) {
                throw e;
            }
            // The model takes other sizes than such models mostly do.
            sizes = sizes.withoutAssumptions();
            counted = count(model, sizes);
        }
        show(opened, sizes, counted);
        return ExitCode.DONE;
    }

    private Cost count(Model model, AssumedSizes sizes) {
        ObservedRun observed = new ObservedRun(root.foreignModels().runner());
        return Cost.of(ShapeInference.of(model, sizes.bound(), observed));
    }

    private void show(ModelFile opened, AssumedSizes sizes, Cost cost) {
        Model model = opened.model();
        ShapeInference shown =
                sizes.assumed().isEmpty()
                        ? null
                        : ShapeInference.of(model, sizes.stated(), ObservedTypes.NONE);
        format.print(
                root.terminal(),
                () -> nodes(cost, shown),
                () -> json(model, cost, sizes, opened.bytes(cost)));
        if (format.isTable()) {
            summary(model, cost, sizes, opened);
        }
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

    /**
     * @param shown types of the main graph's values that leave open what was assumed; null where
     *     nothing was
     */
    private static Table nodes(Cost cost, ShapeInference shown) {
        Table table = new Table("node", "operator", "output", "#parameters", "#MACs");
        rows(table, cost.nodes(), "", shown);
        return table;
    }

    private static void rows(
            Table table, List<NodeCost> nodes, String indent, ShapeInference shown) {
        for (NodeCost node : nodes) {
            table.row(
                    indent + node.name(),
                    node.op(),
                    node.outputs().isEmpty() ? "" : type(node.outputs().get(0), shown),
                    node.parameters(),
                    node.macs());
            for (NodeCost.Inside inside : node.inside()) {
                String runs = inside.runs() == 1 ? "" : ", " + inside.runs() + " times";
                table.row(indent + "  " + inside.place() + runs, "", "", "", "");
                rows(table, inside.nodes(), indent + "    ", null);
            }
        }
    }

    private static String type(Value value, ShapeInference shown) {
        return shown == null
                ? type(value)
                : type(new Value(value.name(), shown.type(value.name()).orElse(null), Opaque.NONE));
    }

    private static String type(Value value) {
        return value.type().map(type -> type.dataType() + " " + type.shape()).orElse("unknown");
    }

    private void summary(Model model, Cost cost, AssumedSizes sizes, ModelFile opened) {
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
                        cost.nodes().size(),
                        cost.parameters(),
                        Figures.macs(cost.macs(), cost.uncounted().size()),
                        batch);
        if (!sizes.assumed().isEmpty()) {
            terminal.out()
                    .println("assumed     " + sizes.text() + "; --input-shapes says otherwise");
        }
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
        if (!cost.isComplete()) {
            terminal.out()
                    .println(
                            "not counted "
                                    + cost.uncounted().size()
                                    + (cost.uncounted().size() == 1 ? " layer" : " layers"));
            cost.uncounted().forEach(layer -> terminal.out().println("            " + layer));
        }
        SaturationView sums = new SaturationView(model, root.foreignModels().runner());
        if (sums.isShown()) {
            terminal.out().println("8-bit sums  " + sums.text());
        }
        terminal.out()
                .println(
                        "MAC = one multiply-accumulate of a convolution, a matrix product, an"
                                + " attention or a recurrent layer.");
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

    private ObjectNode json(Model model, Cost cost, AssumedSizes sizes, long bytes) {
        ObjectNode json =
                Json.object()
                        .put("parameters", cost.parameters())
                        .put("macs", cost.macs())
                        .put("uncounted", cost.uncounted().size())
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
        cost.uncounted().forEach(json.putArray("uncountedLayers")::add);
        ObjectNode assumed = json.putObject("assumedSizes");
        sizes.assumed().forEach(assumed::put);
        nodes(json.putArray("nodes"), cost.nodes());
        return json;
    }

    private static void nodes(ArrayNode list, List<NodeCost> costs) {
        for (NodeCost cost : costs) {
            ObjectNode node = list.addObject();
            node.put("name", cost.name()).put("op", cost.op());
            node.put("parameters", cost.parameters()).put("macs", cost.macs());
            values(node.putArray("inputs"), cost.inputs());
            values(node.putArray("outputs"), cost.outputs());
            if (!cost.inside().isEmpty()) {
                ArrayNode inside = node.putArray("inside");
                for (NodeCost.Inside graph : cost.inside()) {
                    ObjectNode one = inside.addObject();
                    one.put("place", graph.place()).put("runs", graph.runs());
                    nodes(one.putArray("nodes"), graph.nodes());
                }
            }
        }
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
