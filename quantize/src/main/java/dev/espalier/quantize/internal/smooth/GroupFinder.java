package dev.espalier.quantize.internal.smooth;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Weights;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.linear.LinearLayer;
import dev.espalier.quantize.internal.smooth.SmoothingGroup.Fold;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds out where the scale of a value can be folded. */
public final class GroupFinder {
    private final Graph graph;
    private final ShapeInference inference;
    private final boolean insertMul;
    private final PassContext context;

    public GroupFinder(Model model, boolean insertMul, PassContext context) {
        this.graph = model.graph();
        this.inference = ShapeInference.of(model);
        this.insertMul = insertMul;
        this.context = context;
    }

    /** The group of all linear layers that read {@code input}; refusals are told. */
    public Optional<SmoothingGroup> find(String input, List<LinearLayer> layers) {
        List<Node> nodes = layers.stream().map(LinearLayer::node).toList();
        for (LinearLayer layer : layers) {
            if (!nodes.containsAll(graph.consumers(layer.weightName()))
                    || !isStored(layer.weightName())) {
                return refused(layers, "its weight is computed, or something else reads it");
            }
        }
        List<Fold> folds = new ArrayList<>();
        String refusal =
                nodes.containsAll(graph.consumers(input))
                        ? follow(input, layers.get(0).k(), folds)
                        : "something else reads '" + input + "', too";
        if (refusal == null) {
            return Optional.of(new SmoothingGroup(input, layers, folds));
        }
        return insertMul
                ? Optional.of(new SmoothingGroup(input, layers, List.of()))
                : refused(layers, refusal + "; insert-mul puts a Mul there");
    }

    private Optional<SmoothingGroup> refused(List<LinearLayer> layers, String reason) {
        String where =
                layers.stream()
                        .map(layer -> layer.node().label())
                        .collect(Collectors.joining(", "));
        context.skipped(where, "not smoothed: " + reason);
        return Optional.empty();
    }

    /**
     * Collects the constants to divide so that all of {@code value} is divided.
     *
     * @return why that is not possible, or null
     */
    private String follow(String value, int channels, List<Fold> folds) {
        if (graph.isOutput(value) || graph.isCaptured(value)) {
            return "'" + value + "' is also an output, or a sub-graph reads it";
        }
        Node node = graph.producer(value).filter(Node::isStandard).orElse(null);
        if (node == null) {
            return "nothing that a scale can be folded into makes '" + value + "'";
        }
        Optional<Weights> form = Operators.weights(node).filter(f -> !f.isConvolution());
        if (form.isPresent()) {
            return product(node, form.get(), channels, folds);
        }
        return switch (node.opType()) {
            case "LayerNormalization" -> normalization(node, channels, folds);
            case "Mul" -> vector(node, channels, folds).isPresent() ? null : noVector(node);
            case "Add", "Sub" -> sum(node, channels, folds);
            default ->
                    passesOn(node)
                            ? passedOn(node, 0, channels, folds)
                            : "a scale cannot be folded through " + node.label();
        };
    }

    /**
     * Whether it does the same to each number on its own, to which a factor makes no difference.
     */
    private boolean passesOn(Node node) {
        Call call = inference.call(node);
        return Operators.of(node)
                .filter(o -> o.changesNothing(call) || o.traits().contains(Trait.PIECEWISE_LINEAR))
                .filter(operator -> operator.isHomogeneous(call, Set.of(0)))
                .isPresent();
    }

    private static String noVector(Node node) {
        return node.label() + " has no constant of one number for each channel of its own";
    }

    private String passedOn(Node node, int input, int channels, List<Fold> folds) {
        String value = node.input(input);
        if (graph.consumers(value).size() != 1) {
            return "something else reads '" + value + "', too";
        }
        Shape shape = inference.shape(value);
        if (!shape.isRanked() || shape.rank() == 0 || !shape.dim(-1).equals(Dim.of(channels))) {
            return "the channels of '" + value + "' are not known";
        }
        return follow(value, channels, folds);
    }

    private String normalization(Node node, int channels, List<Fold> folds) {
        for (int i = 1; i < node.inputs().size(); i++) {
            if (node.hasInput(i) && !isVector(node.input(i), channels)) {
                return noVector(node);
            }
        }
        for (int i = 1; i < node.inputs().size(); i++) {
            if (node.hasInput(i)) {
                folds.add(fold(node.input(i)));
            }
        }
        return null;
    }

    private String sum(Node node, int channels, List<Fold> folds) {
        Optional<Integer> vector = vector(node, channels, folds);
        return vector.isEmpty()
                ? noVector(node)
                : passedOn(node, 1 - vector.get(), channels, folds);
    }

    /** The input of two that is a vector; it is added to {@code folds}. */
    private Optional<Integer> vector(Node node, int channels, List<Fold> folds) {
        for (int i = 0; i < 2; i++) {
            if (isVector(node.input(i), channels)) {
                folds.add(fold(node.input(i)));
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private Fold fold(String vector) {
        Tensor tensor = graph.constant(vector).orElseThrow();
        return new Fold(vector, tensor, tensor.shape().rank() - 1);
    }

    private String product(Node node, Weights form, int channels, List<Fold> folds) {
        String bias = form.biasOf(node);
        if (!bias.isEmpty() && !isVector(bias, channels)) {
            return noVector(node);
        }
        String weight = node.input(form.input());
        Tensor tensor = graph.constant(weight).orElse(null);
        boolean usable =
                tensor != null
                        && tensor.dataType() == DataType.FLOAT
                        && tensor.shape().rank() == 2
                        && tensor.shape().size(form.outputAxis(tensor.shape())) == channels
                        && isOwn(weight);
        if (!usable) {
            return "the weight of " + node.label() + " is no constant matrix of its own";
        }
        folds.add(new Fold(weight, tensor, form.outputAxis(tensor.shape())));
        if (!bias.isEmpty()) {
            folds.add(fold(bias));
        }
        return null;
    }

    /** Whether a constant has one number for each channel, along its last axis. */
    private boolean isVector(String value, int channels) {
        Optional<Tensor> tensor = graph.constant(value);
        return tensor.isPresent()
                && tensor.get().dataType() == DataType.FLOAT
                && tensor.get().shape().rank() > 0
                && tensor.get().shape().size(-1) == channels
                && tensor.get().elementCount() == channels
                && isOwn(value);
    }

    private boolean isOwn(String constant) {
        return isStored(constant) && graph.consumers(constant).size() == 1;
    }

    private boolean isStored(String constant) {
        return graph.initializers().containsKey(constant)
                && !graph.isOutput(constant)
                && !graph.isCaptured(constant);
    }
}
