package dev.espalier.quantize.internal.repair;

import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.NodeConstant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Constants of a model while their slices are multiplied, in double precision, so that many small
 * steps round only once.
 */
public final class ScaledWeights {
    /** One constant as one node reads it: nodes that share it may come to need different ones. */
    private record Reading(Node node, int input) {}

    private final ShapeInference types;
    private final Map<Reading, double[]> values = new LinkedHashMap<>();

    public ScaledWeights(ShapeInference types) {
        this.types = types;
    }

    /** The greatest magnitude in each channel's slice. */
    public double[] greatest(WeightSlices slices, ChannelGroup group) {
        double[] weights = weights(slices);
        int[] channels = channels(slices, group);
        int inner = inner(slices, group);
        double[] greatest = new double[group.size()];
        for (int i = 0; i < weights.length; i++) {
            int c = channels[i / inner % channels.length];
            if (c >= 0) {
                greatest[c] = Math.max(greatest[c], Math.abs(weights[i]));
            }
        }
        return greatest;
    }

    /** Multiplies each channel's slice by the channel's factor. */
    public void multiply(WeightSlices slices, ChannelGroup group, double[] factors) {
        double[] weights = weights(slices);
        int[] channels = channels(slices, group);
        int inner = inner(slices, group);
        for (int i = 0; i < weights.length; i++) {
            int c = channels[i / inner % channels.length];
            if (c >= 0) {
                weights[i] *= factors[c];
            }
        }
    }

    private double[] weights(WeightSlices slices) {
        return values.computeIfAbsent(
                new Reading(slices.node(), slices.input()),
                reading -> types.constant(slices.value()).orElseThrow().toDoubles());
    }

    /** The channel at each position of the axis, -1 where it is none of the group's. */
    private int[] channels(WeightSlices slices, ChannelGroup group) {
        int axis = group.axes().get(slices.along()).axis();
        int[] channels = new int[Math.toIntExact(shape(slices).size(axis))];
        java.util.Arrays.fill(channels, -1);
        for (int c = 0; c < group.size(); c++) {
            for (int position : group.positions(c, slices.along())) {
                channels[position] = c;
            }
        }
        return channels;
    }

    private int inner(WeightSlices slices, ChannelGroup group) {
        int inner = 1;
        for (int a = group.axes().get(slices.along()).axis() + 1; a < shape(slices).rank(); a++) {
            inner *= Math.toIntExact(shape(slices).size(a));
        }
        return inner;
    }

    private Shape shape(WeightSlices slices) {
        return types.constant(slices.value()).orElseThrow().shape();
    }

    /** {@code model} with the constants as they are now. */
    public Model write(Model model) {
        Graph graph = model.graph();
        GraphEditor editor = new GraphEditor(graph);
        Map<Node, Node> changed = new HashMap<>();
        values.forEach(
                (reading, numbers) -> {
                    Node node = changed.getOrDefault(reading.node(), reading.node());
                    String name = node.input(reading.input());
                    Tensor old = types.constant(name).orElseThrow();
                    Tensor tensor = Tensor.ofReals(old.dataType(), old.shape(), numbers);
                    changed.put(
                            reading.node(),
                            NodeConstant.give(editor, graph, node, reading.input(), tensor, name));
                });
        changed.forEach(editor::replace);
        return model.withGraph(editor.removeUnused().build());
    }
}
