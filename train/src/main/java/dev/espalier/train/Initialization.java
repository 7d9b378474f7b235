package dev.espalier.train;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Weights;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Fresh weights for a network that is trained from scratch: normally distributed with variance 2 /
 * fan-in for the weights of Conv, ConvTranspose, Gemm and MatMul, 0 for their biases, the identity
 * for BatchNormalization. Other initializers keep their values. See He et al., Delving Deep into
 * Rectifiers, 2015.
 */
public final class Initialization {
    private Initialization() {}

    /** {@code model} with fresh weights; equal seeds give equal weights. */
    public static Model apply(Model model, long seed) {
        Graph graph = model.graph();
        GraphEditor editor = new GraphEditor(graph);
        SplittableRandom random = new SplittableRandom(seed);
        for (Node node : graph.nodes()) {
            Optional<Weights> form = Operators.weights(node);
            if (form.isPresent()) {
                weight(graph, editor, node.input(form.get().input()), form.get(), random);
                fill(graph, editor, form.get().biasOf(node), 0);
            } else if (node.is("BatchNormalization")) {
                fill(graph, editor, node.input(1), 1);
                fill(graph, editor, node.input(2), 0);
                fill(graph, editor, node.input(3), 0);
                fill(graph, editor, node.input(4), 1);
            }
        }
        return model.withGraph(editor.build());
    }

    private static void weight(
            Graph graph, GraphEditor editor, String name, Weights form, SplittableRandom random) {
        Initializer held = graph.initializers().get(name);
        if (held == null || held.tensor().dataType() != DataType.FLOAT) {
            return;
        }
        long fanIn = form.depth(held.tensor().shape());
        double deviation = Math.sqrt(2.0 / Math.max(1, fanIn));
        float[] values = new float[Math.toIntExact(held.tensor().elementCount())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * normal(random));
        }
        editor.setInitializer(held.name(), Tensor.ofFloats(held.tensor().shape(), values));
    }

    private static void fill(Graph graph, GraphEditor editor, String name, float value) {
        Initializer held = graph.initializers().get(name);
        if (held != null && held.tensor().dataType() == DataType.FLOAT) {
            float[] values = new float[Math.toIntExact(held.tensor().elementCount())];
            Arrays.fill(values, value);
            editor.setInitializer(name, Tensor.ofFloats(held.tensor().shape(), values));
        }
    }

    /** Box and Muller's transform. */
    private static double normal(SplittableRandom random) {
        double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
        return radius * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
