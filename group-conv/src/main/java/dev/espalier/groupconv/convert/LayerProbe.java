package dev.espalier.groupconv.convert;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * All that the time of a convolution depends on.
 *
 * @param input [N, Ci, D1..Dn]
 * @param weight of the dense layer, [Co, Ci, k1..kn]
 * @param attributes strides, pads and dilations; the number of groups is not looked at
 */
record LayerProbe(Shape input, Shape weight, Attributes attributes) {
    /** Layers in one model, so that the input's way into the runtime does not count. */
    static final int COPIES = 8;

    private static final long IR_VERSION = 8;
    private static final long OPSET = 13;

    LayerProbe {
        attributes = attributes.without("group");
    }

    /**
     * A model of {@link #COPIES} such layers on one input. Their means are its outputs, so that no
     * map has to be copied out.
     *
     * @throws IllegalArgumentException where {@code groups} does not divide the channels
     */
    Model probe(int groups) {
        if (weight.size(0) % groups != 0 || weight.size(1) % groups != 0) {
            throw new IllegalArgumentException(
                    groups + " groups do not divide a weight of " + weight);
        }
        Shape block = weight.with(1, Dim.of(weight.size(1) / groups));
        SplittableRandom random = new SplittableRandom(groups);
        List<Node> nodes = new ArrayList<>();
        List<Initializer> weights = new ArrayList<>();
        List<Value> outputs = new ArrayList<>();
        for (int i = 0; i < COPIES; i++) {
            weights.add(Initializer.of("w" + i, random(block, random)));
            nodes.add(
                    node("Conv", List.of("x", "w" + i), "c" + i, attributes.with("group", groups)));
            nodes.add(node("GlobalAveragePool", List.of("c" + i), "y" + i, Attributes.NONE));
            outputs.add(Value.of("y" + i, new TensorType(DataType.FLOAT, mean())));
        }
        Graph graph =
                new Graph(
                        "probe",
                        List.of(Value.of("x", new TensorType(DataType.FLOAT, input))),
                        outputs,
                        List.of(),
                        weights,
                        nodes,
                        Opaque.NONE);
        return new Model(IR_VERSION, Map.of("", OPSET), graph, Map.of(), Opaque.NONE);
    }

    private static Node node(
            String type, List<String> inputs, String output, Attributes attributes) {
        return Node.of("", type, inputs, List.of(output), attributes);
    }

    private static Tensor random(Shape shape, SplittableRandom random) {
        float[] values = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.ofFloats(shape, values);
    }

    private Shape mean() {
        Shape shape = input.with(1, weight.dim(0));
        for (int axis = 2; axis < shape.rank(); axis++) {
            shape = shape.with(axis, Dim.of(1));
        }
        return shape;
    }
}
