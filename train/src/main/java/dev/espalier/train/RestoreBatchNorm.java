package dev.espalier.train;

import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.simplify.FoldBatchNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Puts back the batch normalization that an export folded into its convolutions, so that a network
 * trains as it once did:
 *
 * <pre>
 *   y = Conv(x, W, b)
 *   y = BatchNormalization(Conv(x, W, b), scale, shift, mean, variance)
 * </pre>
 *
 * <p>Mean and variance are those of the convolution's output over some examples, shift is the mean
 * and scale the root of the variance, so that the network computes at first what it computed
 * before. A convolution without a bias is left alone: nothing was folded into it.
 */
public final class RestoreBatchNorm {
    private static final float EPSILON = 1e-5f;

    private RestoreBatchNorm() {}

    /**
     * The model with batch normalization put back.
     *
     * @param data whose statistics are measured
     * @param refused told of convolutions that are left alone, and why
     */
    static Model restore(
            Model model, Dataset data, ModelRunner runner, BiConsumer<String, String> refused) {
        List<Node> folded = folded(model.graph(), refused);
        if (folded.isEmpty()) {
            return model;
        }
        Map<String, ChannelStatistics> statistics =
                ChannelStatistics.measure(
                        model, folded.stream().map(node -> node.output(0)).toList(), data, runner);
        GraphEditor editor = new GraphEditor(model.graph());
        for (Node node : folded) {
            ChannelStatistics measured = statistics.get(node.output(0));
            insert(editor, node, measured.means(), measured.variances());
        }
        return model.withGraph(editor.build());
    }

    /**
     * Folds the batch normalization of {@code trained} that {@link #restore} put into {@code
     * original}; its own stays.
     */
    public static Model fold(Model trained, Model original) {
        Set<String> own =
                original.graph().nodes().stream().map(Node::name).collect(Collectors.toSet());
        return FoldBatchNorm.fold(trained, node -> !own.contains(node.name()));
    }

    private static List<Node> folded(Graph graph, BiConsumer<String, String> refused) {
        List<Node> folded = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.is("Conv") && !isNormalized(graph, node)) {
                Optional<String> reason = obstacle(graph, node);
                reason.ifPresent(words -> refused.accept(node.label(), words));
                if (reason.isEmpty()) {
                    folded.add(node);
                }
            }
        }
        return folded;
    }

    private static boolean isNormalized(Graph graph, Node node) {
        return graph.consumers(node.output(0)).stream().anyMatch(n -> n.is("BatchNormalization"));
    }

    private static Optional<String> obstacle(Graph graph, Node node) {
        if (!graph.initializers().containsKey(node.input(1))
                || !graph.initializers().containsKey(node.input(2))) {
            return Optional.of("no batch-norm put back: the weight or bias is not an initializer");
        }
        if (graph.constant(node.input(1)).orElseThrow().dataType() != DataType.FLOAT) {
            return Optional.of("no batch-norm put back: the weight is not float32");
        }
        if (graph.consumers(node.input(1)).size() > 1
                || graph.consumers(node.input(2)).size() > 1) {
            return Optional.of("no batch-norm put back: the weight or bias has other users");
        }
        return Optional.empty();
    }

    private static void insert(GraphEditor editor, Node node, float[] means, float[] variances) {
        String output = node.output(0);
        float[] scales = new float[means.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) Math.sqrt(variances[i] + EPSILON);
        }
        String raw = editor.freshName(output + "/folded");
        Shape shape = Shape.of(means.length);
        Node norm =
                Node.of(
                        editor.freshName(output + "/batch_norm"),
                        "BatchNormalization",
                        List.of(
                                raw,
                                editor.addInitializer(
                                        output + "/scale", Tensor.ofFloats(shape, scales)),
                                editor.addInitializer(
                                        output + "/shift", Tensor.ofFloats(shape, means)),
                                editor.addInitializer(
                                        output + "/mean", Tensor.ofFloats(shape, means)),
                                editor.addInitializer(
                                        output + "/variance", Tensor.ofFloats(shape, variances))),
                        List.of(output),
                        Attributes.of(Map.of("epsilon", new Attribute.FloatValue(EPSILON))));
        editor.replace(node, node.withOutputs(List.of(raw)), norm);
    }
}
