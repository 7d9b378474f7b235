package dev.espalier.core.simplify;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** One batch normalization and the layer before it. */
final class BatchNormFold {
    private static final float DEFAULT_EPSILON = 1e-5f;
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;

    private final Graph graph;
    private final Node norm;
    private final Node layer;

    BatchNormFold(Graph graph, Node norm) {
        this.graph = graph;
        this.norm = norm;
        this.layer = graph.producer(norm.input(0)).orElse(null);
    }

    /** Why this batch normalization stays, or null. */
    String obstacle() {
        String x = norm.input(0);
        if (layer == null || !(layer.is("Conv") || layer.is("ConvTranspose") || layer.is("Gemm"))) {
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
        String weight = layer.input(WEIGHT);
        if (!isFloat(constant(weight))) {
            return "the weight '" + weight + "' of " + layer.label() + " is no float32 constant";
        }
        if (isShared(weight)) {
            return "the weight '" + weight + "' of " + layer.label() + " is shared";
        }
        return shapeObstacle();
    }

    private String shapeObstacle() {
        Tensor weight = constant(layer.input(WEIGHT)).orElseThrow();
        int rank = weight.shape().rank();
        if (layer.is("Gemm") ? rank != 2 : rank < 3) {
            return layer.label() + " has a weight of shape " + weight.shape();
        }
        long group = layer.attributes().integer("group", 1);
        if (group < 1 || weight.shape().size(0) % group != 0) {
            return layer.label() + " has " + group + " groups for a weight " + weight.shape();
        }
        long channels = channels(weight.shape());
        for (int i = 1; i <= 4; i++) {
            if (!constant(norm.input(i)).orElseThrow().shape().equals(Shape.of(channels))) {
                return "'%s' does not have the %d channels of %s"
                        .formatted(norm.input(i), channels, layer.label());
            }
        }
        if (layer.hasInput(BIAS)) {
            Optional<Tensor> bias = constant(layer.input(BIAS));
            if (!isFloat(bias)) {
                return "the bias of " + layer.label() + " is no float32 constant";
            }
            Shape shape = bias.get().shape();
            boolean alongChannels =
                    shape.elementCount() == 1
                            || shape.elementCount() == channels
                                    && shape.size(shape.rank() - 1) == channels;
            if (!alongChannels || shape.rank() > 2) {
                return "the bias of %s has the shape %s".formatted(layer.label(), shape);
            }
        }
        for (double factor : factors()) {
            if (!Double.isFinite(factor)) {
                return "its variance plus epsilon is not positive everywhere";
            }
        }
        return null;
    }

    private long channels(Shape weight) {
        if (layer.is("Conv")) {
            return weight.size(0);
        }
        if (layer.is("Gemm")) {
            return weight.size(gemmAxis());
        }
        return Math.multiplyExact(weight.size(1), layer.attributes().integer("group", 1));
    }

    /** The axis of a Gemm's weight that becomes the channels. */
    private int gemmAxis() {
        return layer.attributes().integer("transB", 0) != 0 ? 0 : 1;
    }

    /** Folds; call only where there is no {@link #obstacle}. */
    void apply(GraphEditor editor) {
        double[] factors = factors();
        double[] bias = bias(factors);
        Tensor weight = scaled(constant(layer.input(WEIGHT)).orElseThrow(), factors);
        Node folded =
                layer.withInput(WEIGHT, put(editor, layer.input(WEIGHT), weight))
                        .withOutputs(List.of(norm.output(0)));
        Tensor shift = Tensor.ofReals(DataType.FLOAT, Shape.of(bias.length), bias);
        String name =
                layer.hasInput(BIAS) && !isShared(layer.input(BIAS))
                        ? put(editor, layer.input(BIAS), shift)
                        : editor.addInitializer(biasName(), shift);
        folded = folded.withInput(BIAS, name);
        if (layer.is("Gemm") && layer.attributes().has("beta")) {
            folded =
                    folded.withAttributes(
                            folded.attributes().with("beta", new Attribute.FloatValue(1)));
        }
        editor.remove(norm).replace(layer, folded);
    }

    private String biasName() {
        String weight = layer.input(WEIGHT);
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
        double[] scale = values(norm.input(1));
        double[] variance = values(norm.input(4));
        double epsilon = norm.attributes().real("epsilon", DEFAULT_EPSILON);
        double[] factors = new double[scale.length];
        for (int c = 0; c < factors.length; c++) {
            factors[c] = scale[c] / Math.sqrt(variance[c] + epsilon);
        }
        return factors;
    }

    /** s (beta b - mean) + shift, by channel; beta is a Gemm's. */
    private double[] bias(double[] factors) {
        double[] before = layer.hasInput(BIAS) ? values(layer.input(BIAS)) : new double[] {0};
        double beta = layer.is("Gemm") ? layer.attributes().real("beta", 1) : 1;
        double[] shift = values(norm.input(2));
        double[] mean = values(norm.input(3));
        double[] bias = new double[factors.length];
        for (int c = 0; c < bias.length; c++) {
            double b = before[before.length == 1 ? 0 : c];
            bias[c] = factors[c] * (beta * b - mean[c]) + shift[c];
        }
        return bias;
    }

    /**
     * {@code weight} times the factor of each element's output channel.
     *
     * @param weight Conv [M, C/group, k..], ConvTranspose [C, M/group, k..], Gemm [K, M] or, with
     *     transB, [M, K]; not modified
     */
    private Tensor scaled(Tensor weight, double[] factors) {
        double[] values = weight.toDoubles();
        int first = Math.toIntExact(weight.shape().size(0));
        int second = Math.toIntExact(weight.shape().size(1));
        int inner = first == 0 || second == 0 ? 0 : values.length / first / second;
        int perGroup = first / Math.toIntExact(layer.attributes().integer("group", 1));
        for (int i = 0; i < first; i++) {
            for (int j = 0; j < second; j++) {
                int channel;
                if (layer.is("Conv")) {
                    channel = i;
                } else if (layer.is("Gemm")) {
                    channel = gemmAxis() == 0 ? i : j;
                } else {
                    channel = i / perGroup * second + j;
                }
                for (int k = 0; k < inner; k++) {
                    values[(i * second + j) * inner + k] *= factors[channel];
                }
            }
        }
        return Tensor.ofReals(DataType.FLOAT, weight.shape(), values);
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
