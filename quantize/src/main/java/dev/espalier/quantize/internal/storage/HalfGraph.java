package dev.espalier.quantize.internal.storage;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.option.HalfType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the nodes that {@link HalfPlacement} chose in float16, with a Cast wherever a value goes
 * over to a float32 node, an output of the model or a sub-graph, and back.
 */
public final class HalfGraph {
    private final Model model;
    private final Graph graph;
    private final GraphEditor editor;
    private final List<String> exclude;
    private final StorageTally tally;

    private ValueTypes types;

    /** Names of the float16 versions of values. */
    private final Map<String, String> halves = new HashMap<>();

    public HalfGraph(Model model, List<String> exclude, StorageTally tally) {
        this.model = model;
        this.graph = model.graph();
        this.editor = new GraphEditor(graph);
        this.exclude = exclude;
        this.tally = tally;
    }

    /** Runs the model for types that no rule tells, and on the calibration samples if any. */
    public Model run(PassContext context) {
        return write(ValueTypes.measured(model, context), context, context.hasData());
    }

    /** The same without running anything. */
    public Model preview(PassContext context) {
        return write(ValueTypes.of(model), context, false);
    }

    private Model write(ValueTypes known, PassContext context, boolean observes) {
        types = known;
        Set<Node> chosen = new HalfPlacement(model, types, exclude).choose(context, observes);
        if (chosen.isEmpty()) {
            return model;
        }
        Map<String, Node> made = new LinkedHashMap<>();
        for (Node node : chosen) {
            for (String output : node.outputs()) {
                if (isFloat(output)) {
                    halves.put(output, editor.freshName(output + "_float16"));
                    made.put(output, node);
                }
            }
        }
        for (Node node : graph.nodes()) {
            if (chosen.contains(node)) {
                editor.replace(node, narrowed(node));
            } else if (isIndifferent(node)) {
                editor.replace(
                        node,
                        node.withInputs(
                                node.inputs().stream()
                                        .map(name -> made.containsKey(name) ? half(name) : name)
                                        .toList()));
            }
        }
        made.keySet().stream()
                .filter(value -> isReadAsFloat(value, chosen))
                .forEach(value -> addCast(halves.get(value), value, DataType.FLOAT));
        return model.withGraph(editor.removeUnused().closeInputs().build());
    }

    /** Whether it takes any type of input, and what it gives does not depend on that. */
    static boolean isIndifferent(Node node) {
        return node.is("Cast") || Operators.has(node, Trait.MEASURES);
    }

    private Node narrowed(Node node) {
        List<String> inputs = new ArrayList<>();
        for (String input : node.inputs()) {
            inputs.add(isFloat(input) ? half(input) : input);
        }
        List<String> outputs =
                node.outputs().stream().map(name -> halves.getOrDefault(name, name)).toList();
        return node.withInputs(inputs).withOutputs(outputs);
    }

    private boolean isFloat(String value) {
        return types.isFloat(value);
    }

    private String half(String value) {
        return halves.computeIfAbsent(value, this::narrow);
    }

    /** The float16 version of a constant, or of what float32 nodes and inputs give. */
    private String narrow(String value) {
        Optional<Tensor> constant = graph.constant(value);
        if (constant.isPresent()) {
            NarrowTensor narrow = NarrowTensor.of(constant.get(), HalfType.FLOAT16);
            tally.add(narrow);
            return editor.addInitializer(value + "_float16", narrow.tensor());
        }
        String name = editor.freshName(value + "_float16");
        addCast(value, name, DataType.FLOAT16);
        return name;
    }

    private void addCast(String from, String to, DataType type) {
        editor.add(
                Node.of(
                        editor.freshName(to + "_Cast"),
                        "Cast",
                        List.of(from),
                        List.of(to),
                        Attributes.NONE.with("to", type.id())));
    }

    private boolean isReadAsFloat(String value, Set<Node> chosen) {
        return graph.isOutput(value)
                || graph.isCaptured(value)
                || graph.consumers(value).stream()
                        .anyMatch(node -> !chosen.contains(node) && !isIndifferent(node));
    }
}
