package dev.espalier.core.simplify;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Removes nodes whose first output is their first input. */
final class NoOps {
    private final Graph graph;
    private final BiConsumer<String, String> refused;
    private final Map<String, String> renamed = new HashMap<>();

    private NoOps(Graph graph, BiConsumer<String, String> refused) {
        this.graph = graph;
        this.refused = refused;
    }

    static Model apply(Model model, ChangeCounts tally, BiConsumer<String, String> refused) {
        return new NoOps(model.graph(), refused).run(model, tally);
    }

    private Model run(Model model, ChangeCounts tally) {
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
        tally.add("removed %s nodes that change nothing", removed.size());
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
        if (node.outputs().stream().skip(1).anyMatch(o -> !o.isEmpty())) {
            return false;
        }
        return Operators.of(node).filter(operator -> operator.changesNothing(call)).isPresent()
                || Operators.has(node, Trait.LIMITS) && repeats(node);
    }

    /** Clipping what has been clipped to the same limits. */
    private boolean repeats(Node node) {
        return graph.producer(node.input(0))
                .filter(first -> first.isStandard() && first.opType().equals(node.opType()))
                .filter(first -> first.attributes().equals(node.attributes()))
                .filter(first -> limits(first).equals(limits(node)))
                .isPresent();
    }

    private static List<String> limits(Node node) {
        return node.inputs().stream().skip(1).toList();
    }
}
