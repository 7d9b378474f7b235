package dev.espalier.quantize.internal.storage;

import dev.espalier.core.CompressionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What the values of a graph are made of: as the operators' rules say and, where no rule reaches,
 * as one run of the model shows.
 */
final class ValueTypes {
    private final Model model;
    private final Map<String, DataType> types = new HashMap<>();

    /** Values of which no rule tells, in the order in which they are made. */
    private final List<String> open = new ArrayList<>();

    private String reason = "no rule tells, and nothing was run";

    private ValueTypes(Model model) {
        this.model = model;
    }

    /** As the operators' rules say; nothing is run. */
    static ValueTypes of(Model model) {
        ValueTypes found = new ValueTypes(model);
        found.follow(ShapeInference.of(model));
        return found;
    }

    /** The same, and a run of {@code model} for what no rule tells. */
    static ValueTypes measured(Model model, PassContext context) {
        ValueTypes found = of(model);
        if (!found.open.isEmpty()) {
            found.measure(context);
        }
        return found;
    }

    /** What a rule says of a node whose inputs are not known is not taken for granted. */
    private void follow(ShapeInference inference) {
        Graph graph = model.graph();
        graph.initializers().forEach((name, stored) -> put(name, stored.tensor().type()));
        for (Value feed : graph.feeds()) {
            feed.type().ifPresent(type -> put(feed.name(), type));
        }
        for (Node node : graph.nodes()) {
            boolean follows = node.inputs().stream().allMatch(in -> in.isEmpty() || isKnown(in));
            for (String output : node.outputs()) {
                Optional<TensorType> type = inference.type(output).filter(t -> follows);
                type.ifPresent(known -> put(output, known));
                if (type.isEmpty() && !output.isEmpty()) {
                    open.add(output);
                }
            }
        }
    }

    private void put(String value, TensorType type) {
        types.put(value, type.dataType());
    }

    private void measure(PassContext context) {
        try {
            Map<String, Tensor> inputs = inputs(context);
            try {
                run(open, inputs, context);
            } catch (CompressionException e) {
                // One of them may be what no run can return, such as a sequence.
                for (String value : List.copyOf(open)) {
                    context.checkCancelled();
                    tryAlone(value, inputs, context);
                }
            }
        } catch (CompressionException e) {
            reason = e.getMessage();
        }
    }

    private void tryAlone(String value, Map<String, Tensor> inputs, PassContext context) {
        try {
            run(List.of(value), inputs, context);
        } catch (CompressionException e) {
            reason = e.getMessage();
        }
    }

    private void run(List<String> values, Map<String, Tensor> inputs, PassContext context) {
        try (ModelRunner.Session session = context.runner().open(model, values)) {
            session.run(inputs, (name, tensor) -> put(name, tensor.type()));
        }
    }

    /** The first examples, or random numbers where there are none. */
    private Map<String, Tensor> inputs(PassContext context) {
        if (context.hasData()) {
            Dataset data = context.data().calibration();
            List<int[]> batches = InputBatches.indices(model, data, data.size(), 1);
            if (!batches.isEmpty()) {
                return data.batch(batches.get(0)).inputs();
            }
        }
        return context.inputShapes().random(model, new SplittableRandom(context.seed()));
    }

    boolean isKnown(String value) {
        return types.containsKey(value);
    }

    boolean isFloat(String value) {
        return types.get(value) == DataType.FLOAT;
    }

    /** Whether the types of all inputs and outputs are known. */
    boolean areKnown(Node node) {
        return node.inputs().stream().allMatch(in -> in.isEmpty() || isKnown(in))
                && node.outputs().stream().allMatch(out -> out.isEmpty() || isKnown(out));
    }

    /** Why some are not known. */
    String reason() {
        return reason;
    }
}
