package dev.espalier.core.simplify;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.layer.RowOrder;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.nn.BatchNormalization;
import dev.espalier.core.op.spec.Weights;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** One batch normalization and the layer before it. */
final class BatchNormFold {
    private final Graph graph;
    private final Node norm;
    private final Node layer;

    /** Null where {@link #layer} has no weights or no place for a bias. */
    private final Weights form;

    BatchNormFold(Graph graph, Node norm) {
        this.graph = graph;
        this.norm = norm;
        this.layer = graph.producer(norm.input(0)).orElse(null);
        this.form =
                Optional.ofNullable(layer)
                        .flatMap(Operators::weights)
                        .filter(Weights::takesBias)
                        .orElse(null);
    }

    /** Why this batch normalization stays, or null. */
    String obstacle() {
        String x = norm.input(0);
        if (form == null) {
            return "no Conv, ConvTranspose or Gemm makes its input";
        }
        if (norm.attributes().integer("training_mode", 0) != 0
                || norm.outputs().stream().skip(1).anyMatch(output -> !output.isEmpty())) {
            return "it normalizes by the batch, as in training";
        }
        if (norm.attributes().integer("spatial", 1) == 0) {
            return "it normalizes each element on its own, as only old operator sets can";
        }
        if (graph.consumers(x).size() > 1 || graph.isOutput(x) || graph.isCaptured(x)) {
            return "the result of " + layer.label() + " is used elsewhere, too";
        }
        for (int i = 1; i <= 4; i++) {
            if (!isFloat(constant(norm.input(i)))) {
                return "'" + norm.input(i) + "' is no float32 constant";
            }
        }
        String weight = layer.input(form.input());
        if (!isFloat(constant(weight))) {
            return "the weight '" + weight + "' of " + layer.label() + " is no float32 constant";
        }
        if (isShared(weight)) {
            return "the weight '" + weight + "' of " + layer.label() + " is shared";
        }
        return shapeObstacle();
    }

    private String shapeObstacle() {
        Shape weight = constant(layer.input(form.input())).orElseThrow().shape();
        if (form.isConvolution() ? weight.rank() < 3 : weight.rank() != 2) {
            return layer.label() + " has a weight of shape " + weight;
        }
        if (!form.fits(weight)) {
            return layer.label() + " has " + form.groups() + " groups for a weight " + weight;
        }
        long channels = form.outputs(weight);
        for (int i = 1; i <= 4; i++) {
            if (!constant(norm.input(i)).orElseThrow().shape().equals(Shape.of(channels))) {
                return "'%s' does not have the %s channels of %s"
                        .formatted(norm.input(i), channels, layer.label());
            }
        }
        Layer found = Layer.of(layer, graph::constant).orElseThrow();
        if (found.hasBias()) {
            Optional<Tensor> bias = constant(form.biasOf(layer));
            if (!isFloat(bias)) {
                return "the bias of " + layer.label() + " is no float32 constant";
            }
            if (found.bias().isEmpty()) {
                return "the bias of %s has the shape %s"
                        .formatted(layer.label(), bias.get().shape());
            }
        }
        for (double factor : factors()) {
            if (!Double.isFinite(factor)) {
                return "its variance plus epsilon is not positive everywhere";
            }
        }
        return null;
    }

    /** Folds; call only where there is no {@link #obstacle}. */
    void apply(GraphEditor editor) {
        double[] factors = factors();
        Layer found = Layer.of(layer, graph::constant).orElseThrow();
        double[] bias = bias(found, factors);
        String weight = layer.input(form.input());
        Node folded =
                layer.withInput(form.input(), put(editor, weight, scaled(found, factors)))
                        .withOutputs(List.of(norm.output(0)));
        Tensor shift = Tensor.ofReals(DataType.FLOAT, Shape.of(bias.length), bias);
        String name =
                found.hasBias() && !isShared(form.biasOf(layer))
                        ? put(editor, form.biasOf(layer), shift)
                        : editor.addInitializer(biasName(), shift);
        folded = folded.withInput(form.bias(), name);
        if (folded.attributes().has("beta")) {
            folded =
                    folded.withAttributes(
                            folded.attributes().with("beta", new Attribute.FloatValue(1)));
        }
        editor.remove(norm).replace(layer, folded);
    }

    private String biasName() {
        String weight = layer.input(form.input());
        return weight.endsWith(".weight")
                ? weight.substring(0, weight.length() - "weight".length()) + "bias"
                : weight + "_bias";
    }

    private String put(GraphEditor editor, String name, Tensor tensor) {
        if (graph.initializers().containsKey(name)) {
            editor.setInitializer(name, tensor);
            return name;
        }
        return editor.addInitializer(name, tensor);
    }

    /** s = scale / sqrt(variance + epsilon), by channel. */
    private double[] factors() {
        return BatchNormalization.factors(norm, graph::constant).orElseThrow();
    }

    /** s (b - mean) + shift, by channel. */
    private double[] bias(Layer found, double[] factors) {
        double[] bias =
                found.bias().map(Tensor::toDoubles).orElseGet(() -> new double[factors.length]);
        double[] shift = values(norm.input(2));
        double[] mean = values(norm.input(3));
        for (int c = 0; c < bias.length; c++) {
            bias[c] = factors[c] * (bias[c] - mean[c]) + shift[c];
        }
        return bias;
    }

    /** The stored weight times the factor of each element's output channel; alpha stays. */
    private Tensor scaled(Layer found, double[] factors) {
        Tensor stored = constant(layer.input(form.input())).orElseThrow();
        double[] values = stored.toDoubles();
        RowOrder order = found.order();
        for (int m = 0; m < factors.length; m++) {
            for (int d = 0; d < order.columns(); d++) {
                values[order.position(m, d)] *= factors[m];
            }
        }
        return Tensor.ofReals(DataType.FLOAT, stored.shape(), values);
    }

    private double[] values(String name) {
        return constant(name).orElseThrow().toDoubles();
    }

    private Optional<Tensor> constant(String name) {
        return graph.constant(name);
    }

    private static boolean isFloat(Optional<Tensor> tensor) {
        return tensor.isPresent() && tensor.get().dataType() == DataType.FLOAT;
    }

    /** Whether somebody else than {@link #layer} reads {@code value}, or it does so twice. */
    private boolean isShared(String value) {
        return graph.consumers(value).size() > 1
                || graph.isOutput(value)
                || Collections.frequency(layer.inputs(), value) > 1;
    }
}
