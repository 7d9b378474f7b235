package dev.espalier.train.program;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The function of a network's weights in float64, by which gradients of float32 are judged. */
final class Float64 {
    private Float64() {}

    /**
     * The gradient of {@code loss} that training follows is its slope in float64.
     *
     * @param weighted without inputs; its float constants are weights
     */
    static void assertSlopes(Model weighted, Projection loss) {
        TorchProgram program = Slopes.training(weighted, loss);
        Model exact = doubled(weighted, weights(program));
        TorchProgram forward =
                TorchProgram.evaluation(
                        exact,
                        InputShapes.ofBatch(1),
                        exact.graph().outputs().stream().map(Value::name).toList());
        Map<String, double[]> at = new LinkedHashMap<>();
        for (Value feed : exact.graph().feeds()) {
            at.put(feed.name(), weighted.graph().constant(feed.name()).orElseThrow().toDoubles());
        }
        try (TorchModule module = TorchModule.load(forward.archive())) {
            Slopes.assertSlopes(
                    Slopes.gradients(program),
                    at,
                    values -> loss.of64(module.run("forward", tensors(exact, values))));
        }
    }

    static List<String> weights(TorchProgram program) {
        return program.state().stream()
                .filter(slot -> slot.kind() == Slot.Kind.WEIGHT)
                .map(Slot::name)
                .toList();
    }

    /** The same function of float64, which is fed the weights that train. */
    static Model doubled(Model weighted, List<String> weights) {
        Graph graph = weighted.graph();
        List<Value> inputs = new ArrayList<>();
        List<Initializer> constants = new ArrayList<>();
        for (Initializer held : graph.initializers().values()) {
            Tensor tensor = held.tensor();
            if (weights.contains(held.name())) {
                inputs.add(Value.of(held.name(), new TensorType(DataType.DOUBLE, tensor.shape())));
            } else if (tensor.dataType() == DataType.FLOAT) {
                constants.add(
                        Initializer.of(
                                held.name(),
                                Tensor.ofReals(
                                        DataType.DOUBLE, tensor.shape(), tensor.toDoubles())));
            } else {
                constants.add(held);
            }
        }
        List<Value> outputs =
                graph.outputs().stream()
                        .map(
                                output ->
                                        output.withType(
                                                new TensorType(
                                                        DataType.DOUBLE,
                                                        output.type().orElseThrow().shape())))
                        .toList();
        return weighted.withGraph(
                new Graph(
                        graph.name(),
                        inputs,
                        outputs,
                        List.of(),
                        constants,
                        graph.nodes(),
                        graph.extras()));
    }

    static List<Tensor> tensors(Model exact, Map<String, double[]> values) {
        return exact.graph().feeds().stream()
                .map(
                        feed ->
                                Tensor.ofReals(
                                        DataType.DOUBLE,
                                        feed.type().orElseThrow().shape(),
                                        values.get(feed.name())))
                .toList();
    }
}
