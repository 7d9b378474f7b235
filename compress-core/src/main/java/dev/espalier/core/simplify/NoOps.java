package dev.espalier.core.simplify;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;

/** Removes nodes whose first output is their first input. */
final class NoOps {
    private final Graph graph;
    private final BiConsumer<String, String> refused;
    private final Map<String, String> renamed = new HashMap<>();

    private NoOps(Graph graph, BiConsumer<String, String> refused) {
        this.graph = graph;
        this.refused = refused;
    }

    static Model apply(Model model, Tally tally, BiConsumer<String, String> refused) {
        return new NoOps(model.graph(), refused).run(model, tally);
    }

    private Model run(Model model, Tally tally) {
        ShapeInference inference = ShapeInference.of(model);
        List<Node> removed = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (changesNothing(inference.call(node)) && rename(node)) {
                removed.add(node);
            }
        }
        if (removed.isEmpty()) {
            return model;
        }
        tally.add("removed %d nodes that change nothing", removed.size());
        GraphEditor editor = new GraphEditor(graph).removeAll(removed);
        editor.mapNodes(
                node ->
                        node.withInputs(node.inputs().stream().map(this::name).toList())
                                .withOutputs(node.outputs().stream().map(this::name).toList()));
        return model.withGraph(editor.build());
    }

    private String name(String value) {
        String name = value;
        for (String next = renamed.get(name); next != null; next = renamed.get(name)) {
            name = next;
        }
        return name;
    }

    /** Gives input and output of {@code node} one name, where nobody outside sees both. */
    private boolean rename(Node node) {
        String y = node.output(0);
        String x = name(node.input(0));
        if (graph.isCaptured(node.input(0)) || graph.isCaptured(x) || graph.isCaptured(y)) {
            refused.accept(node.label(), "stays: a sub-graph reads its input or output by name");
            return false;
        }
        if (!graph.isOutput(y)) {
            renamed.put(y, x);
            return true;
        }
        // A second name of an input, a constant or another output is one that a caller sees.
        if (graph.producer(x).isEmpty() || graph.isOutput(x)) {
            return false;
        }
        renamed.put(x, y);
        return true;
    }

    private boolean changesNothing(Call call) {
        Node node = call.node();
        if (!node.isStandard() || node.outputs().stream().skip(1).anyMatch(o -> !o.isEmpty())) {
            return false;
        }
        return switch (node.opType()) {
            case "Identity" -> true;
            case "Dropout" -> !trains(call);
            case "Relu", "Clip" -> repeats(call);
            case "Concat" -> node.inputs().size() == 1;
            case "Cast" ->
                    call.type(0)
                            .map(type -> type.dataType().id() == call.attributes().integer("to", 0))
                            .orElse(false);
            case "Transpose" -> isIdentity(call.attributes().integers("perm"));
            case "Pad" ->
                    call.longs("pads", 1)
                            .map(pads -> Arrays.stream(pads).allMatch(pad -> pad == 0))
                            .orElse(false);
            default -> false;
        };
    }

    /** Clipping what has been clipped to the same limits. */
    private boolean repeats(Call call) {
        Node node = call.node();
        return graph.producer(node.input(0))
                .filter(first -> first.isStandard() && first.opType().equals(node.opType()))
                .filter(first -> first.attributes().equals(node.attributes()))
                .filter(first -> limits(first).equals(limits(node)))
                .isPresent();
    }

    private static List<String> limits(Node node) {
        return node.inputs().stream().skip(1).toList();
    }

    private static boolean trains(Call call) {
        if (!call.has(2)) {
            return false;
        }
        Optional<Tensor> training = call.constant(2);
        return training.isEmpty() || training.get().toLongs()[0] != 0;
    }

    private static boolean isIdentity(long[] permutation) {
        return permutation.length > 0
                && Arrays.equals(permutation, LongStream.range(0, permutation.length).toArray());
    }
}
