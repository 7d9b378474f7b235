package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.DiagonalBlocks;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model as orders of channels are looked for in it: with more freedom than its nodes have, which
 * {@link ConversionWriter} takes back where it was not used.
 *
 * <p>A group convolution is written densely, so that its channels may change places beyond what its
 * groups allow together. Where a Pad adds channels, as in the shortcuts of a residual network whose
 * stages widen without weights, a pointwise convolution with the unit matrix follows: at most one
 * Gather there lets both stages have an order of their own.
 *
 * @param model the freer model, which computes the same
 * @param groups number of groups of every convolution that is written densely, by its output
 * @param reorderings the outputs of the added convolutions
 */
record DenseForm(Model model, Map<String, Integer> groups, Set<String> reorderings) {
    /** Of more the unit matrix would take more memory than an order of channels is worth. */
    private static final long MOST_CHANNELS = 1 << 12;

    /**
     * @throws dev.espalier.core.UnsupportedModelException where the dense weights would not fit
     *     into memory
     */
    static DenseForm of(Model model, InputShapes shapes) {
        Graph graph = model.graph();
        ShapeInference types = ShapeInference.of(model, shapes);
        GraphEditor editor = new GraphEditor(graph);
        Map<String, Integer> groups = new LinkedHashMap<>();
        Set<String> reorderings = new LinkedHashSet<>();
        long made = 0;
        for (Node node : graph.nodes()) {
            if (isGrouped(graph, node)) {
                int count = Convolutions.groups(node);
                Tensor weight = graph.initializers().get(node.input(1)).tensor();
                made = Math.addExact(made, DiagonalBlocks.denseBytes(weight, count));
                DiagonalBlocks.requireMemory(made);
                editor.setInitializer(node.input(1), DiagonalBlocks.dense(weight, count));
                editor.replace(node, node.withAttributes(node.attributes().without("group")));
                groups.put(node.output(0), count);
            } else if (widens(graph, types, node)) {
                String y = node.output(0);
                String padded = editor.freshName(y + "_padded");
                String unit = editor.addInitializer(y + "_order", unit(types.shape(y)));
                editor.replace(
                        node,
                        node.withOutputs(List.of(padded)),
                        Node.of(
                                editor.freshName(y + "_reordering"),
                                "Conv",
                                List.of(padded, unit),
                                List.of(y),
                                Attributes.NONE));
                reorderings.add(y);
            }
        }
        return new DenseForm(model.withGraph(editor.build()), groups, reorderings);
    }

    private static boolean isGrouped(Graph graph, Node node) {
        return Convolutions.is(node)
                && Convolutions.groups(node) > 1
                && Convolutions.weightRefusal(graph, node).isEmpty()
                && graph.initializers().get(node.input(1)).tensor().shape().size(1) > 1;
    }

    /** Whether channels of one map are joined by others that no weight makes. */
    private static boolean widens(Graph graph, ShapeInference types, Node node) {
        Set<String> maps = new HashSet<>(node.inputs());
        maps.removeIf(input -> input.isEmpty() || types.constant(input).isPresent());
        Operator operator = Operators.of(node).orElse(null);
        if (operator == null || maps.size() != 1 || node.outputs().size() != 1) {
            return false;
        }
        Shape x = types.shape(node.input(0));
        Shape y = types.shape(node.output(0));
        List<Shape> both = new ArrayList<>(List.of(x, y));
        boolean isMap = both.stream().allMatch(s -> s.isRanked() && s.isFixed() && s.rank() > 2);
        Call call = types.call(node);
        return isMap
                && maps.contains(node.input(0))
                && !graph.isCaptured(node.output(0))
                && x.rank() == y.rank()
                && y.size(1) > x.size(1)
                && y.size(1) <= MOST_CHANNELS
                && x.size(1) > 1
                && operator.macs(call) == 0;
    }

    /** The weight [C, C, 1..] of a pointwise convolution that changes nothing. */
    private static Tensor unit(Shape map) {
        int channels = Math.toIntExact(map.size(1));
        float[] values = new float[channels * channels];
        for (int i = 0; i < channels; i++) {
            values[i * channels + i] = 1;
        }
        long[] sizes = new long[map.rank()];
        java.util.Arrays.fill(sizes, 1);
        sizes[0] = channels;
        sizes[1] = channels;
        return Tensor.ofFloats(Shape.of(sizes), values);
    }
}
