package dev.espalier.quantize.internal.effect;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network that takes something in at each of some inner values v:
 *
 * <pre>
 *   cut:        readers of v read an input of their own instead
 *   disturbed:  readers of v read v + e, with e an input
 * </pre>
 *
 * @param inputs names of the inputs that were added, by value
 * @param read under which names others read the values: the input, or the sum
 */
record OpenNetwork(Model model, Map<String, String> inputs, Map<String, String> read) {
    /** Every value is computed from the values given for those before it, and from no others. */
    static OpenNetwork cut(Model model, List<KnownValue> values) {
        Map<String, String> inputs = new LinkedHashMap<>();
        Graph graph = withInputs(model.graph(), values, "_given", false, inputs);
        GraphEditor editor = new GraphEditor(graph);
        inputs.forEach(editor::replaceUses);
        return new OpenNetwork(model.withGraph(editor.build()), inputs, inputs);
    }

    /** An e of one zero changes nothing. */
    static OpenNetwork disturbed(Model model, List<KnownValue> values) {
        Map<String, String> inputs = new LinkedHashMap<>();
        Graph graph = withInputs(model.graph(), values, "_error", true, inputs);
        GraphEditor editor = new GraphEditor(graph);
        Map<String, String> sums = new LinkedHashMap<>();
        inputs.forEach(
                (value, error) -> {
                    String sum = editor.freshName(value + "_disturbed");
                    sums.put(value, sum);
                    editor.replaceUses(value, sum);
                });
        sums.forEach(
                (value, sum) ->
                        editor.add(
                                Node.of(
                                        "",
                                        "Add",
                                        List.of(value, inputs.get(value)),
                                        List.of(sum),
                                        Attributes.NONE)));
        return new OpenNetwork(model.withGraph(editor.build()), inputs, sums);
    }

    private static Graph withInputs(
            Graph graph,
            List<KnownValue> values,
            String suffix,
            boolean isOfAnyShape,
            Map<String, String> names) {
        GraphEditor editor = new GraphEditor(graph);
        List<Value> inputs = new ArrayList<>(graph.inputs());
        for (KnownValue value : values) {
            String name = editor.freshName(value.name() + suffix);
            names.put(value.name(), name);
            TensorType type = value.type();
            inputs.add(Value.of(name, isOfAnyShape ? type.withShape(Shape.UNRANKED) : type));
        }
        return new Graph(
                graph.name(),
                inputs,
                graph.outputs(),
                graph.valueInfos(),
                List.copyOf(graph.initializers().values()),
                graph.nodes(),
                graph.extras());
    }
}
