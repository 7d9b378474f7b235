package dev.espalier.quantize.internal.linear;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.InnerLayer;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Weights;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the {@link LinearLayer}s of a model and says of all others why they are none. */
public final class LinearLayers {
    /** A note where there are none, or all were refused. */
    public static final String NOTHING =
            "nothing was quantized: no MatMul or Gemm can be; those that are there are named with the reason";

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
     * @param pass that takes the layers, for messages
     * @throws InvalidOptionException where {@code exclude} names a node that is not there
     */
    public static List<LinearLayer> of(
            Model model, List<String> exclude, String pass, PassContext context) {
        requireAll(model.graph(), exclude, pass);
        LinearLayers finder = new LinearLayers(model, context);
        List<LinearLayer> layers = new ArrayList<>();
        int convolutions = 0;
        for (Node node : model.graph().nodes()) {
            if (exclude.contains(node.name()) && !node.name().isEmpty()) {
                finder.refuse(node, "it is listed under 'exclude'");
            } else if (Operators.weights(node).isPresent()) {
                if (Operators.weights(node).get().isConvolution()) {
                    convolutions++;
                } else {
                    finder.layer(node).ifPresent(layers::add);
                }
            } else if (node.opType().equals("FusedMatMul") && finder.isConstant(node.input(1))) {
                finder.refuse(node, "the runtime's fused product is not taken apart");
            } else if (Operators.has(node, Trait.MATRIX_PRODUCT)) {
                finder.product(node);
            }
        }
        for (InnerLayer inner : InnerLayer.of(model)) {
            context.skipped(inner.where(), "stays float: " + inner.reason());
        }
        if (convolutions > 0) {
            context.note(
                    "convolutions left as they are: %s; %s takes MatMul and Gemm"
                            .formatted(convolutions, pass));
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

    /** A product in a form of its own. */
    private void product(Node node) {
        if (Operators.has(node, Trait.QUANTIZED)) {
            context.skipped(node.label(), "stays as it is: it is already quantized");
        } else {
            refuse(node, "products inside of this operator are not taken apart");
        }
    }

    private Optional<LinearLayer> layer(Node node) {
        Layer.Finding found = find(node);
        if (found.layer().isEmpty()) {
            refuse(node, found.refusal());
            return Optional.empty();
        }
        Layer layer = found.layer().get();
        String bias = layer.form().beta() == 0 ? "" : layer.form().biasOf(node);
        boolean isScaled = !bias.isEmpty() && layer.form().beta() != 1;
        return Optional.of(
                new LinearLayer(
                        layer,
                        inference.constant(node.input(layer.form().input())).orElseThrow(),
                        bias,
                        isScaled ? times(inference.constant(bias).orElseThrow(), layer) : null));
    }

    /** What {@code node}, a MatMul or Gemm, computes, if that is a linear layer. */
    private Layer.Finding find(Node node) {
        Call call = inference.call(node);
        Weights form = Operators.weights(node).orElseThrow();
        Optional<Tensor> weight = call.constant(form.input());
        if (isDequantized(node.input(form.input()))) {
            return Layer.Finding.refused("it is already quantized");
        }
        if (weight.isEmpty()) {
            return Layer.Finding.refused("its second matrix is computed at run time");
        }
        Layer.Finding found = Layer.find(node, inference::constant);
        if (found.layer().isEmpty()) {
            return found;
        }
        if (found.layer().get().isBatched()) {
            return Layer.Finding.refused(
                    "its weight has the shape " + weight.get().shape() + ", not [K, N]");
        }
        if (call.ranked(0) && call.shape(0).rank() < 2) {
            return Layer.Finding.refused("its input is a vector");
        }
        if (form.transposesInput()) {
            return Layer.Finding.refused("it transposes its input");
        }
        boolean isScaled = form.beta() != 1 && !form.biasOf(node).isEmpty();
        return isScaled && inference.constant(form.biasOf(node)).isEmpty()
                ? Layer.Finding.refused("it scales a bias that is computed at run time")
                : found;
    }

    private boolean isDequantized(String value) {
        return model.graph().producer(value).filter(n -> n.is("DequantizeLinear")).isPresent();
    }

    /** A bias of any shape times beta. */
    private static Tensor times(Tensor tensor, Layer layer) {
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= layer.form().beta();
        }
        return Tensor.ofFloats(tensor.shape(), values);
    }
}
