package dev.espalier.quantize.internal.kernel;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.quantize.internal.grid.WeightPairs;
import java.util.Optional;

/**
 * A layer that the runtime computes in integers.
 *
 * @param layer Conv, Gemm or MatMul
 * @param axis of its weight along which output channels lie; -1 where the runtime takes one scale
 *     only
 */
public record WeightedLayer(Layer layer, int axis) {
    /** What {@link #of} found: a layer, or the reason why there is none. */
    public record Finding(Optional<WeightedLayer> layer, String refusal) {
        public static Finding refused(String why) {
            return new Finding(Optional.empty(), why);
        }
    }

    /** The layer that {@code node}, a {@linkplain Layer#isWeighted weighted} one, computes. */
    public static Finding of(Node node, Graph graph, ShapeInference inference) {
        if (!Kernel.weighs(node)) {
            return Finding.refused("the runtime has no integer kernel for it");
        }
        if (graph.producer(node.input(1)).filter(p -> p.is("DequantizeLinear")).isPresent()) {
            return Finding.refused("it is already quantized");
        }
        Layer.Finding found = Layer.find(node, inference::constant);
        if (found.layer().isEmpty()) {
            return Finding.refused(found.refusal());
        }
        Layer layer = found.layer().get();
        if (layer.hasBias() && layer.bias().filter(Layer::isFinite).isEmpty()) {
            return Finding.refused(
                    "its bias is not a constant of one finite number for each of "
                            + layer.outputs()
                            + " outputs");
        }
        int axis = layer.isBatched() ? -1 : layer.form().outputAxis(layer.weight().shape());
        return new Finding(Optional.of(new WeightedLayer(layer, axis)), "");
    }

    /** Along which axis of its weight there is a scale for each index; -1 for one scale. */
    public int axis(boolean perChannel) {
        return perChannel ? axis : -1;
    }

    public Node node() {
        return layer.node();
    }

    /** As in the model, but for Gemm's factor alpha, which is multiplied in. */
    public Tensor weight() {
        return layer.weight();
    }

    /** [channels] with Gemm's beta multiplied in; only where there is one. */
    public Tensor bias() {
        return layer.bias().orElseThrow();
    }

    public boolean hasBias() {
        return layer.hasBias();
    }

    public boolean isConvolution() {
        return layer.form().isConvolution();
    }

    /** This layer with a weight of another shape, and a bias where it has one. */
    WeightedLayer with(Node node, Tensor weight, Optional<Tensor> bias) {
        return new WeightedLayer(new Layer(node, layer.form(), weight, bias), axis);
    }

    /** Which of its weights are multiplied side by side. */
    public WeightPairs pairs() {
        Shape shape = weight().shape();
        if (isConvolution()) {
            return WeightPairs.ofFilters(shape, layer.groups());
        }
        return axis == 0 ? WeightPairs.ofRows(shape) : WeightPairs.ofColumns(shape);
    }

    /**
     * Whether each output is one input value as it is, or zero: on its input's grid, the
     * convolution rounds nothing.
     */
    public boolean passesValuesOn() {
        if (!isConvolution() || hasBias() && !isZero(bias().toFloats())) {
            return false;
        }
        for (double[] row : layer.rows()) {
            int passed = 0;
            for (double value : row) {
                if (value != 0 && value != 1) {
                    return false;
                }
                passed += (int) value;
            }
            if (passed > 1) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /** This layer reading {@code channels} more, by which it multiplies zeros. */
    public WeightedLayer withMoreInputs(int channels) {
        return channels == 0
                ? this
                : with(node(), ChannelPadding.widened(weight(), channels), layer.bias());
    }
}
