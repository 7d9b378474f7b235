package dev.espalier.core.analysis;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.List;

/**
 * What a model costs at given input shapes.
 *
 * <p>A parameter is an element of a constant that an operator reads as a learned weight ({@link
 * dev.espalier.core.op.spec.Operator#parameters}): the weights and biases of Conv, ConvTranspose,
 * Gemm and MatMul, scale and shift of BatchNormalization but not its running statistics, slopes of
 * PRelu, tables of Gather, and constants of more than one element that are added, subtracted,
 * multiplied or divided by. Weights count as they are stored ({@link StoredWeights}), quantized
 * ones too; scales and zero points of a quantization do not. An operator nobody described counts
 * all its floating constants of more than one element. A tensor that several nodes read counts
 * once. An export with batch-norm kept therefore counts a scale and a shift for each channel, and
 * one with batch-norm folded away a bias.
 *
 * <p>A MAC is one multiply-accumulate of Conv, ConvTranspose, Gemm or MatMul, in whatever form, of
 * the gates of a recurrent layer, or of the two products of an attention and the projections inside
 * it. What is inside a node counts with it: the body of a function that it calls, the bodies of
 * Loop and Scan as often as they run at most, and of the branches of If the one that costs more,
 * unless it is known which is taken.
 *
 * @param parameters of the whole model
 * @param macs of one run at the given shapes; at least so many where {@code uncounted} is not empty
 * @param bytes of all constant tensors in the file
 * @param nodes of the main graph, in the order in which they run
 * @param uncounted the nodes whose MACs cannot be told, each by its label and, after a colon, why:
 *     a shape is not known, it runs an unknown number of times, or nobody described its operator
 *     though it multiplies by weights
 */
public record Cost(
        long parameters, long macs, long bytes, List<NodeCost> nodes, List<String> uncounted) {
    private static final String BYTES = "bytes of weights";
    private static final int MOST_NAMED = 3;

    public Cost {
        nodes = List.copyOf(nodes);
        uncounted = List.copyOf(uncounted);
    }

    /**
     * Counts {@code model} with the free dimensions of its inputs bound to {@code shapes}.
     *
     * @throws UnsupportedModelException where a node does not fit its operator, or there is more
     *     than can be counted
     */
    public static Cost of(Model model, InputShapes shapes) {
        return of(ShapeInference.of(model, shapes));
    }

    /**
     * Counts the model whose values these are.
     *
     * @throws UnsupportedModelException as {@link #of(Model, InputShapes)}
     */
    public static Cost of(ShapeInference types) {
        CostCounter counter = new CostCounter(types);
        List<NodeCost> nodes = counter.count();
        return new Cost(
                CostCounter.total(nodes, NodeCost::parameters, "parameters"),
                CostCounter.total(nodes, NodeCost::macs, CostCounter.MACS),
                bytes(types.graph()),
                nodes,
                counter.uncounted());
    }

    /** Whether every layer was counted, so that ratios and budgets mean something. */
    public boolean isComplete() {
        return uncounted.isEmpty();
    }

    /**
     * Refuses a budget that nobody could judge.
     *
     * @param budget as the user gave it: {@code macs: 0.5}
     * @throws InvalidOptionException where not every layer was counted, naming some
     */
    public void requireComplete(String budget) {
        if (!uncounted.isEmpty()) {
            int more = uncounted.size() - MOST_NAMED;
            throw new InvalidOptionException(
                    "%s cannot be judged, since %s of the model's layers could not be counted: %s%s"
                            .formatted(
                                    budget,
                                    uncounted.size(),
                                    String.join(
                                            "; ",
                                            uncounted.subList(
                                                    0, Math.min(MOST_NAMED, uncounted.size()))),
                                    more > 0 ? "; and " + more + " more" : ""));
        }
    }

    private static long bytes(Graph graph) {
        long bytes = 0;
        for (Initializer initializer : graph.initializers().values()) {
            bytes = CostCounter.sum(bytes, initializer.tensor().byteSize(), BYTES);
        }
        for (Node node : graph.nodes()) {
            for (Attribute attribute : node.attributes().asMap().values()) {
                if (attribute instanceof Attribute.TensorValue v) {
                    bytes = CostCounter.sum(bytes, v.value().byteSize(), BYTES);
                }
            }
            for (Graph body : node.attributes().graphs()) {
                bytes = CostCounter.sum(bytes, bytes(body), BYTES);
            }
        }
        return bytes;
    }
}
