package dev.espalier.train;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Fresh weights for a network that is trained from scratch: normally distributed with variance 2 /
 * fan-in for the weights of Conv, ConvTranspose, Gemm and MatMul, 0 for their biases, the identity
 * for BatchNormalization. Other initializers keep their values. See He et al., Delving Deep into
 * Rectifiers, 2015.
 */
final class Initialization {
    private Initialization() {}

    /** {@code model} with fresh weights; equal seeds give equal weights. */
    static Model apply(Model model, long seed) {
        Graph graph = model.graph();
        GraphEditor editor = new GraphEditor(graph);
        SplittableRandom random = new SplittableRandom(seed);
        for (Node node : graph.nodes()) {
            switch (node.isStandard() ? node.opType() : "") {
                case "Conv", "ConvTranspose", "Gemm" -> {
                    weight(graph, editor, node, random);
                    fill(graph, editor, node.input(2), 0);
                }
                case "MatMul" -> weight(graph, editor, node, random);
                case "BatchNormalization" -> {
                    fill(graph, editor, node.input(1), 1);
                    fill(graph, editor, node.input(2), 0);
                    fill(graph, editor, node.input(3), 0);
                    fill(graph, editor, node.input(4), 1);
                }
                default -> {}
            }
        }
        return model.withGraph(editor.build());
    }

    private static void weight(
            Graph graph, GraphEditor editor, Node node, SplittableRandom random) {
        Initializer held = graph.initializers().get(node.input(1));
        if (held == null || held.tensor().dataType() != DataType.FLOAT) {
            return;
        }
        double deviation = Math.sqrt(2.0 / Math.max(1, fanIn(node, held.tensor())));
        float[] values = new float[Math.toIntExact(held.tensor().elementCount())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * normal(random));
        }
        editor.setInitializer(held.name(), Tensor.ofFloats(held.tensor().shape(), values));
    }

    /** Inputs that one output element sums over. */
    private static long fanIn(Node node, Tensor weight) {
        boolean outputsFirst =
                node.is("Conv") || node.is("Gemm") && node.attributes().integer("transB", 0) == 1;
        int axis = outputsFirst ? 0 : weight.shape().rank() - 1;
        if (node.is("ConvTranspose")) {
            axis = 1;
        }
        return weight.elementCount() / Math.max(1, weight.shape().size(axis));
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
