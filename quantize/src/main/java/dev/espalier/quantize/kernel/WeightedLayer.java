package dev.espalier.quantize.kernel;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Call;
import dev.espalier.quantize.grid.WeightPairs;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A Conv, Gemm or MatMul as {@code activation * weight + bias} with constant weight and bias.
 *
 * @param node the float layer
 * @param weight as in the model, but for Gemm's factor alpha, which is multiplied in
 * @param bias [channels] with Gemm's beta multiplied in; null where there is none
 * @param axis of {@code weight} along which output channels lie; -1 where the runtime takes one
 *     scale only
 */
public record WeightedLayer(Node node, Tensor weight, Tensor bias, int axis) {
    /** What {@link #of} found: a layer, or the reason why there is none. */
    public record Finding(Optional<WeightedLayer> layer, String refusal) {
        public static Finding refused(String why) {
            return new Finding(Optional.empty(), why);
        }
    }

    private static final Set<String> QUANTIZABLE = Set.of("Conv", "Gemm", "MatMul");
    private static final Set<String> OTHERS = Set.of("ConvTranspose", "LSTM", "GRU", "RNN");

    /**
     * Whether {@code node} multiplies by weights, so that it is worth a word when it stays float.
     */
    public static boolean isWeighted(Node node) {
        return node.isStandard()
                && (QUANTIZABLE.contains(node.opType()) || OTHERS.contains(node.opType()));
    }

    /** The layer that {@code node}, a weighted one, computes. */
    public static Finding of(Node node, Graph graph, ShapeInference inference) {
        if (!QUANTIZABLE.contains(node.opType())) {
            return Finding.refused("the runtime has no integer kernel for it");
        }
        if (graph.producer(node.input(1)).filter(p -> p.is("DequantizeLinear")).isPresent()) {
            return Finding.refused("it is already quantized");
        }
        Call call = inference.call(node);
        Optional<Tensor> weight = call.constant(1);
        if (call.constant(0).isPresent()) {
            return Finding.refused("its first input is constant");
        }
        if (weight.isEmpty()) {
            return Finding.refused("its weight is computed at run time");
        }
        if (weight.get().dataType() != DataType.FLOAT) {
            return Finding.refused("its weight is " + weight.get().type() + ", not float32");
        }
        int rank = weight.get().shape().rank();
        boolean isMatMul = node.opType().equals("MatMul");
        if (rank < 2 || weight.get().elementCount() == 0) {
            return Finding.refused("its weight has the shape " + weight.get().shape());
        }
        if (!isFinite(weight.get().toFloats())) {
            return Finding.refused("its weight has values that are not finite");
        }
        if (isMatMul) {
            return found(node, weight.get(), null, rank == 2 ? 1 : -1);
        }
        boolean isGemm = node.opType().equals("Gemm");
        int axis = isGemm && call.attributes().integer("transB", 0) == 0 ? 1 : 0;
        float alpha = isGemm ? call.attributes().real("alpha", 1) : 1;
        Tensor scaled = times(weight.get(), alpha);
        if (!call.has(2)) {
            return found(node, scaled, null, axis);
        }
        float beta = isGemm ? call.attributes().real("beta", 1) : 1;
        long channels = weight.get().shape().size(axis);
        return call.constant(2)
                .flatMap(bias -> spread(bias, channels))
                .filter(bias -> isFinite(bias.toFloats()))
                .map(bias -> found(node, scaled, times(bias, beta), axis))
                .orElseGet(
                        () ->
                                Finding.refused(
                                        "its bias is not a constant of one finite number for each"
                                                + " of "
                                                + channels
                                                + " outputs"));
    }

    private static Finding found(Node node, Tensor weight, Tensor bias, int axis) {
        return new Finding(Optional.of(new WeightedLayer(node, weight, bias, axis)), "");
    }

    /** A bias that broadcasts along everything but the channels, as [channels]. */
    private static Optional<Tensor> spread(Tensor bias, long channels) {
        if (bias.dataType() != DataType.FLOAT) {
            return Optional.empty();
        }
        Shape flat = Shape.of(channels);
        long last = bias.shape().rank() == 0 ? 1 : bias.shape().size(-1);
        if (bias.elementCount() != last || (last != channels && last != 1)) {
            return Optional.empty();
        }
        if (last == channels) {
            return Optional.of(bias.reshape(flat));
        }
        float[] values = new float[Math.toIntExact(channels)];
        Arrays.fill(values, bias.toFloats()[0]);
        return Optional.of(Tensor.ofFloats(flat, values));
    }

    private static Tensor times(Tensor tensor, float factor) {
        if (factor == 1) {
            return tensor;
        }
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return Tensor.ofFloats(tensor.shape(), values);
    }

    /** Which of its weights are multiplied side by side. */
    public WeightPairs pairs() {
        Shape shape = weight.shape();
        if (node.is("Conv")) {
            return WeightPairs.ofFilters(shape, node.attributes().integer("group", 1));
        }
        return axis == 0 ? WeightPairs.ofRows(shape) : WeightPairs.ofColumns(shape);
    }

    public static boolean isFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether each output is one input value as it is, or zero: on its input's grid, the
     * convolution rounds nothing.
     */
    public boolean passesValuesOn() {
        if (!node.is("Conv") || bias != null && !isZero(bias.toFloats())) {
            return false;
        }
        float[] values = weight.toFloats();
        int filter = Math.toIntExact(weight.elementCount() / weight.shape().size(0));
        for (int from = 0; from < values.length; from += filter) {
            int passed = 0;
            for (int i = from; i < from + filter; i++) {
                if (values[i] != 0 && values[i] != 1) {
                    return false;
                }
                passed += (int) values[i];
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
                : new WeightedLayer(node, ChannelPadding.widened(weight, channels), bias, axis);
    }

    public boolean hasBias() {
        return bias != null;
    }
}
