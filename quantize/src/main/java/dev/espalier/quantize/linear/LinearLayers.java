package dev.espalier.quantize.linear;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Call;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the {@link LinearLayer}s of a model and says of all others why they are none. */
public final class LinearLayers {
    private static final Set<String> QUANTIZED =
            Set.of(
                    "MatMulInteger",
                    "QLinearMatMul",
                    "MatMulNBits",
                    "MatMulIntegerToFloat",
                    "DynamicQuantizeMatMul",
                    "QGemm",
                    "QAttention");

    /** Operators that multiply by matrices inside, which nobody takes apart here. */
    private static final Set<String> HOLDING =
            Set.of("LSTM", "GRU", "RNN", "Attention", "MultiHeadAttention", "FusedGemm");

    private final Model model;
    private final ShapeInference inference;
    private final PassContext context;

    private LinearLayers(Model model, PassContext context) {
        this.model = model;
        this.inference = ShapeInference.of(model);
        this.context = context;
    }

    /**
     * All of them, in the order in which they run; refusals are told to {@code context}.
     *
     * @param exclude names of nodes to leave out
     * @param pass that names them, for the message where the model has no such node
     * @throws InvalidOptionException where {@code exclude} names a node that is not there
     */
    public static List<LinearLayer> of(
            Model model, List<String> exclude, String pass, PassContext context) {
        requireAll(model.graph(), exclude, pass);
        LinearLayers finder = new LinearLayers(model, context);
        List<LinearLayer> layers = new ArrayList<>();
        for (Node node : model.graph().nodes()) {
            if (exclude.contains(node.name()) && !node.name().isEmpty()) {
                finder.refuse(node, "it is listed under 'exclude'");
            } else if (node.is("MatMul") || node.is("Gemm")) {
                finder.layer(node).ifPresent(layers::add);
            } else if (QUANTIZED.contains(node.opType())) {
                finder.context.skipped(node.label(), "stays as it is: it is already quantized");
            } else if (node.opType().equals("FusedMatMul") && finder.isConstant(node.input(1))) {
                finder.refuse(node, "the runtime's fused product is not taken apart");
            } else if (HOLDING.contains(node.opType())) {
                finder.refuse(node, "products inside of this operator are not taken apart");
            }
        }
        return List.copyOf(layers);
    }

    private static void requireAll(Graph graph, List<String> names, String pass) {
        Set<String> left = new HashSet<>(names);
        graph.nodes().forEach(node -> left.remove(node.name()));
        if (!left.isEmpty()) {
            throw new InvalidOptionException(
                    pass
                            + ".exclude names "
                            + left.stream().sorted().toList()
                            + ", but the model has no such node; 'inspect' lists the names");
        }
    }

    private boolean isConstant(String value) {
        return inference.constant(value).isPresent();
    }

    private void refuse(Node node, String reason) {
        context.skipped(node.label(), "stays float: " + reason);
    }

    private Optional<LinearLayer> layer(Node node) {
        String refusal = refusal(node);
        if (refusal != null) {
            refuse(node, refusal);
            return Optional.empty();
        }
        Call call = inference.call(node);
        Tensor weight = call.constant(1).orElseThrow();
        if (node.is("MatMul")) {
            return Optional.of(new LinearLayer(node, weight, false, 1, "", null));
        }
        float beta = call.attributes().real("beta", 1);
        boolean hasBias = call.has(2) && beta != 0;
        return Optional.of(
                new LinearLayer(
                        node,
                        weight,
                        call.attributes().integer("transB", 0) != 0,
                        call.attributes().real("alpha", 1),
                        hasBias ? node.input(2) : "",
                        hasBias && beta != 1 ? times(call.constant(2).orElseThrow(), beta) : null));
    }

    /** Why {@code node}, a MatMul or Gemm, is no linear layer; null where it is one. */
    private String refusal(Node node) {
        Call call = inference.call(node);
        Optional<Tensor> weight = call.constant(1);
        if (isDequantized(node.input(1))) {
            return "it is already quantized";
        }
        if (weight.isEmpty()) {
            return "its second matrix is computed at run time";
        }
        if (call.constant(0).isPresent()) {
            return "its first input is constant";
        }
        if (weight.get().dataType() != DataType.FLOAT) {
            return "its weight is " + weight.get().type() + ", not float32";
        }
        if (weight.get().shape().rank() != 2 || weight.get().elementCount() == 0) {
            return "its weight has the shape " + weight.get().shape() + ", not [K, N]";
        }
        if (call.ranked(0) && call.shape(0).rank() < 2) {
            return "its input is a vector";
        }
        if (!isFinite(weight.get())) {
            return "its weight has values that are not finite";
        }
        if (node.is("Gemm") && call.attributes().integer("transA", 0) != 0) {
            return "it transposes its input";
        }
        boolean scalesBias = node.is("Gemm") && call.attributes().real("beta", 1) != 1;
        return scalesBias && call.has(2) && call.constant(2).isEmpty()
                ? "it scales a bias that is computed at run time"
                : null;
    }

    private boolean isDequantized(String value) {
        return model.graph().producer(value).filter(n -> n.is("DequantizeLinear")).isPresent();
    }

    private static boolean isFinite(Tensor tensor) {
        for (float value : tensor.toFloats()) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static Tensor times(Tensor tensor, float factor) {
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return Tensor.ofFloats(tensor.shape(), values);
    }
}
