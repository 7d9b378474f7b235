package dev.espalier.core.analysis;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * What a model costs at given input shapes.
 *
 * <p>A parameter is an element of a constant that an operator reads as a learned weight ({@link
 * Operator#parameters}): the weights and biases of Conv, ConvTranspose, Gemm and MatMul, scale and
 * shift of BatchNormalization but not its running statistics, slopes of PRelu, tables of Gather,
 * and constants of more than one element that are added, subtracted, multiplied or divided by.
 * Weights count as they are stored ({@link StoredWeights}), quantized ones too; scales and zero
 * points of a quantization do not. An operator nobody described counts all its floating constants
 * of more than one element. A tensor that several nodes read counts once. An export with batch-norm
 * kept therefore counts a scale and a shift for each channel, and one with batch-norm folded away a
 * bias.
 *
 * <p>A MAC is one multiply-accumulate of Conv, ConvTranspose, Gemm or MatMul, in whatever form, of
 * the gates of a recurrent layer, or of the two products of an attention and the projections inside
 * it. Bodies of If, Loop and Scan are not counted.
 *
 * @param parameters of the whole model
 * @param macs of one run at the given shapes
 * @param bytes of all constant tensors in the file
 * @param nodes in the order in which they run
 * @param unknown labels of the nodes whose MACs cannot be told, since a shape is not known
 */
public record Cost(
        long parameters, long macs, long bytes, List<NodeCost> nodes, List<String> unknown) {
    private static final String BYTES = "bytes of weights";

    public Cost {
        nodes = List.copyOf(nodes);
        unknown = List.copyOf(unknown);
    }

    /**
     * Counts {@code model} with the free dimensions of its inputs bound to {@code shapes}.
     *
     * @throws UnsupportedModelException where a node does not fit its operator, or there is more
     *     than can be counted
     */
    public static Cost of(Model model, InputShapes shapes) {
        return new Counter(model.graph(), ShapeInference.of(model, shapes)).count();
    }

    private static final class Counter {
        private final Graph graph;
        private final ShapeInference inference;
        private final Set<String> counted = new HashSet<>();
        private final List<String> unknown = new ArrayList<>();

        Counter(Graph graph, ShapeInference inference) {
            this.graph = graph;
            this.inference = inference;
        }

        Cost count() {
            List<NodeCost> nodes = new ArrayList<>();
            long parameters = 0;
            long macs = 0;
            for (Node node : graph.nodes()) {
                NodeCost cost = cost(node);
                nodes.add(cost);
                parameters = sum(parameters, cost.parameters(), "parameters");
                macs = sum(macs, cost.macs(), "multiply-accumulates");
            }
            return new Cost(parameters, macs, bytes(graph), nodes, unknown);
        }

        private NodeCost cost(Node node) {
            Call call = inference.call(node);
            Optional<Operator> operator = Operators.of(node);
            return OperatorRule.ask(
                    node,
                    () ->
                            new NodeCost(
                                    node.name().isEmpty() ? node.output(0) : node.name(),
                                    node.opType(),
                                    operator.map(known -> described(call, known))
                                            .orElseGet(() -> undescribed(call)),
                                    operator.map(known -> macs(call, known)).orElse(0L),
                                    values(node.inputs()),
                                    values(node.outputs())));
        }

        private long macs(Call call, Operator operator) {
            try {
                return operator.macs(call);
            } catch (IllegalStateException | NoSuchElementException e) {
                unknown.add(call.node().label());
                return 0;
            }
        }

        private List<Value> values(List<String> names) {
            return names.stream()
                    .filter(name -> !name.isEmpty())
                    .map(name -> new Value(name, inference.type(name).orElse(null), Opaque.NONE))
                    .toList();
        }

        private long described(Call call, Operator operator) {
            long parameters = 0;
            for (int input : operator.parameters(call)) {
                List<String> stored = StoredWeights.behind(graph, call.node().input(input));
                for (String name : stored) {
                    Tensor tensor = graph.constant(name).orElseThrow();
                    long count = operator.parameterCount(call, input, tensor);
                    parameters = Math.addExact(parameters, once(name, count));
                }
                if (stored.isEmpty() && call.constant(input).isPresent()) {
                    parameters += once(call, input);
                }
            }
            return parameters;
        }

        private long undescribed(Call call) {
            long parameters = 0;
            for (int input = 0; input < call.node().inputs().size(); input++) {
                Optional<Tensor> constant = call.constant(input);
                if (constant.isPresent()
                        && constant.get().dataType().isFloating()
                        && constant.get().elementCount() > 1) {
                    parameters += once(call, input);
                }
            }
            return parameters;
        }

        /** Of what is computed from constants in ways that are not followed. */
        private long once(Call call, int input) {
            return once(
                    call.node().input(input), call.constant(input).orElseThrow().elementCount());
        }

        private long once(String name, long elements) {
            return counted.add(name) ? elements : 0;
        }
    }

    private static long bytes(Graph graph) {
        long bytes = 0;
        for (Initializer initializer : graph.initializers().values()) {
            bytes = sum(bytes, initializer.tensor().byteSize(), BYTES);
        }
        for (Node node : graph.nodes()) {
            for (Attribute attribute : node.attributes().asMap().values()) {
                if (attribute instanceof Attribute.TensorValue v) {
                    bytes = sum(bytes, v.value().byteSize(), BYTES);
                }
            }
            for (Graph body : node.attributes().graphs()) {
                bytes = sum(bytes, bytes(body), BYTES);
            }
        }
        return bytes;
    }

    private static long sum(long a, long b, String counted) {
        try {
            return Math.addExact(a, b);
        } catch (ArithmeticException e) {
            throw new UnsupportedModelException(
                    "the model has more %s than can be counted; the sizes that it declares cannot be meant"
                            .formatted(counted),
                    e);
        }
    }
}
