package dev.espalier.quantize.internal.qdq;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Writes float operators between DequantizeLinear and QuantizeLinear as the integer operators that
 * ONNX Runtime makes of them anyway:
 *
 * <pre>
 *   Q(Conv(DQ(x_q, x_s, x_zp), DQ(w_q, w_s, w_zp), DQ(b_q)), y_s, y_zp) -> y_q
 *   QLinearConv(x_q, x_s, x_zp, w_q, w_s, w_zp, y_s, y_zp, b_q) -> y_q
 * </pre>
 *
 * <p>Conv and MatMul have such an operator in ONNX, the others in ONNX Runtime's own domain. What
 * has none stays between its Q and DQ nodes.
 */
public final class IntegerOperators {
    private static final String RUNTIME = "com.microsoft";

    /** Operators whose integer form reads one value, and is named after them. */
    private static final Set<String> UNARY =
            Set.of("AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid");

    private final Model model;
    private final Graph graph;
    private final GraphEditor editor;

    private IntegerOperators(Model model) {
        this.model = model;
        this.graph = model.graph();
        this.editor = new GraphEditor(graph);
    }

    /** The same computation in integer operators. */
    public static Model of(Model qdq) {
        return new IntegerOperators(qdq).run();
    }

    private Model run() {
        for (Node node : graph.nodes()) {
            Node quantize = quantize(node.outputs().isEmpty() ? "" : node.output(0)).orElse(null);
            if (!node.isStandard() || !isDequantized(node)) {
                continue;
            }
            integer(node, quantize)
                    .ifPresent(
                            made -> {
                                editor.replace(node, made);
                                if (quantize != null) {
                                    editor.remove(quantize);
                                }
                            });
        }
        Model changed = model.withGraph(editor.removeUnused().build());
        boolean own = changed.graph().nodes().stream().anyMatch(n -> n.domain().equals(RUNTIME));
        return own ? changed.withOpset(RUNTIME, 1) : changed;
    }

    /** The QuantizeLinear that alone reads {@code value}. */
    private Optional<Node> quantize(String value) {
        List<Node> readers = graph.consumers(value);
        return readers.size() == 1
                        && readers.get(0).is("QuantizeLinear")
                        && readers.get(0).input(0).equals(value)
                        && !graph.isOutput(value)
                        && !graph.isCaptured(value)
                ? Optional.of(readers.get(0))
                : Optional.empty();
    }

    private boolean isDequantized(Node node) {
        return !node.inputs().isEmpty()
                && node.inputs().stream().allMatch(input -> dequantize(input).isPresent());
    }

    private Optional<Node> dequantize(String value) {
        return graph.producer(value).filter(node -> node.is("DequantizeLinear"));
    }

    /**
     * @param quantize what reads the node's output, null where that is wanted as floats
     */
    private Optional<Node> integer(Node node, Node quantize) {
        if (node.is("Gemm")) {
            return Optional.of(gemm(node, quantize));
        }
        if (node.is("MatMul") && quantize == null) {
            return product(node);
        }
        if (quantize == null) {
            return Optional.empty();
        }
        List<String> grid = List.of(quantize.input(1), quantize.input(2));
        if (node.is("Conv")) {
            List<String> inputs = join(operands(node), grid);
            if (node.hasInput(2)) {
                inputs.add(triple(node, 2).get(0));
            }
            return made(node, "", "QLinearConv", inputs, quantize, node.attributes());
        }
        if (node.is("MatMul")) {
            List<String> inputs = join(operands(node), grid);
            return made(node, "", "QLinearMatMul", inputs, quantize, node.attributes());
        }
        if (node.is("Add") || node.is("Mul")) {
            List<String> inputs = join(operands(node), grid);
            String operator = "QLinear" + node.opType();
            return made(node, RUNTIME, operator, inputs, quantize, Attributes.NONE);
        }
        if (node.is("Concat")) {
            List<String> inputs = new ArrayList<>(grid);
            IntStream.range(0, node.inputs().size()).forEach(i -> inputs.addAll(triple(node, i)));
            return made(node, RUNTIME, "QLinearConcat", inputs, quantize, node.attributes());
        }
        if (UNARY.contains(node.opType())) {
            String operator = "QLinear" + node.opType();
            List<String> inputs = join(triple(node, 0), grid);
            return made(node, RUNTIME, operator, inputs, quantize, node.attributes());
        }
        return Optional.empty();
    }

    /** ONNX Runtime's Gemm of bytes gives floats where it is told no grid. */
    private Node gemm(Node node, Node quantize) {
        List<String> inputs = operands(node);
        inputs.add(node.hasInput(2) ? triple(node, 2).get(0) : "");
        if (quantize != null) {
            inputs.add(quantize.input(1));
            inputs.add(quantize.input(2));
        } else if (inputs.get(inputs.size() - 1).isEmpty()) {
            inputs.remove(inputs.size() - 1);
        }
        Node written = quantize == null ? node : quantize;
        Attributes attributes = node.attributes().without("beta");
        return made(node, RUNTIME, "QGemm", inputs, written, attributes).orElseThrow();
    }

    /** A product of bytes that gives floats, with the bias that is all that is made of it. */
    private Optional<Node> product(Node node) {
        List<String> a = triple(node, 0);
        List<String> b = triple(node, 1);
        Optional<Shape> weight = graph.constant(b.get(0)).map(Tensor::shape);
        if (weight.isEmpty() || weight.get().rank() != 2) {
            return Optional.empty();
        }
        List<String> inputs = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            inputs.add(a.get(i));
            inputs.add(b.get(i));
        }
        Optional<Node> sum = sum(node.output(0), Shape.of(weight.get().size(1)));
        sum.ifPresent(
                add -> {
                    inputs.add(add.input(1));
                    editor.remove(add);
                });
        Node written = sum.orElse(node);
        return made(node, RUNTIME, "MatMulIntegerToFloat", inputs, written, node.attributes());
    }

    /** The Add of a constant of this shape that alone reads {@code product}. */
    private Optional<Node> sum(String product, Shape bias) {
        List<Node> readers = graph.consumers(product);
        return Optional.of(readers)
                .filter(all -> all.size() == 1 && !graph.isOutput(product))
                .filter(all -> !graph.isCaptured(product))
                .map(all -> all.get(0))
                .filter(add -> add.is("Add") && add.input(0).equals(product))
                .filter(
                        add ->
                                graph.constant(add.input(1))
                                        .filter(c -> c.shape().equals(bias))
                                        .filter(c -> c.dataType() == DataType.FLOAT)
                                        .isPresent());
    }

    private static Optional<Node> made(
            Node node,
            String domain,
            String operator,
            List<String> inputs,
            Node written,
            Attributes attributes) {
        return Optional.of(
                new Node(
                        node.name(),
                        domain,
                        operator,
                        "",
                        inputs,
                        List.of(written.output(0)),
                        attributes,
                        node.extras()));
    }

    /** Bytes, scale and zero point of an input; the last is missing for 32-bit integers. */
    private List<String> triple(Node node, int input) {
        return dequantize(node.input(input)).orElseThrow().inputs();
    }

    private List<String> operands(Node node) {
        return join(triple(node, 0), triple(node, 1));
    }

    private static List<String> join(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
