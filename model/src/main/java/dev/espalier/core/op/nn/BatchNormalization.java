package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * {@code Y = (X - mean) / sqrt(var + epsilon) * scale + B} with X [N, C, D1..Dn] and the vectors
 * scale, B, mean and var [C]. The running mean and variance that a node in training mode also
 * returns are [C] too.
 *
 * <p>Before operator set 14 the same outputs, and two more, say that the node was exported in
 * training mode.
 */
@Traits({Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.PIECEWISE_LINEAR})
public final class BatchNormalization implements Operator {
    private static final int CHANNEL = 1;
    private static final float EPSILON = 1e-5f;

    /** The operator set from which on statistics are of channels. */
    private static final long BY_CHANNEL = 9;

    @Override
    public String type() {
        return "BatchNormalization";
    }

    @Override
    public int outputs() {
        return 5;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(5).real("epsilon").real("momentum").flag("training_mode");
        node.reals(1, 2).reals(3, 4);
        Shape x = node.call().shape(0);
        if (isByPosition(node.call())) {
            return;
        }
        Dim channels = x.isRanked() && x.rank() > CHANNEL ? x.dim(CHANNEL) : Dim.UNKNOWN;
        for (int i = 1; i < 5; i++) {
            node.vector(i, channels);
        }
    }

    /** Before operator set 9, scale, B, mean and var could be [C, D1..Dn]. */
    private static boolean isByPosition(Call call) {
        return call.opset() < BY_CHANNEL && call.attributes().integer("spatial", 1) == 0;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        List<TensorType> types = new ArrayList<>();
        types.add(new TensorType(call.dataType(0), call.shape(0)));
        for (int i = 1; i < call.node().outputs().size(); i++) {
            types.add(new TensorType(call.dataType(3), vector(call)));
        }
        return types;
    }

    private static Shape vector(Call call) {
        return call.ranked(0) && call.shape(0).rank() > CHANNEL
                ? Shape.of(List.of(call.shape(0).dim(CHANNEL)))
                : call.shape(1);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        if (isByPosition(call)) {
            return;
        }
        String y = call.node().output(0);
        Shapes.tieAll(call, 0, links);
        if (call.shape(0).rank() <= CHANNEL) {
            return;
        }
        for (int i = 1; i < 5; i++) {
            links.tie(call.node().input(i), 0, y, CHANNEL);
        }
        for (int i = 1; i < call.node().outputs().size(); i++) {
            if (!call.node().output(i).isEmpty()) {
                links.tie(call.node().output(i), 0, y, CHANNEL);
            }
        }
    }

    /**
     * {@code scale / sqrt(variance + epsilon)}, by which {@code node} multiplies each channel, as a
     * new array; empty where these are not constants of real numbers of one length.
     *
     * @param constants the tensor of a constant value by name
     */
    public static Optional<double[]> factors(
            Node node, Function<String, Optional<Tensor>> constants) {
        double[] scale = reals(constants.apply(node.input(1)));
        double[] variance = reals(constants.apply(node.input(4)));
        if (scale == null || variance == null || scale.length != variance.length) {
            return Optional.empty();
        }
        double epsilon = node.attributes().real("epsilon", EPSILON);
        for (int c = 0; c < scale.length; c++) {
            scale[c] /= Math.sqrt(variance[c] + epsilon);
        }
        return Optional.of(scale);
    }

    private static double[] reals(Optional<Tensor> constant) {
        return constant.filter(tensor -> tensor.dataType().isFloating())
                .map(Tensor::toDoubles)
                .orElse(null);
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, 2};
    }

    @Override
    public boolean trains(Call call) {
        return call.attributes().integer("training_mode", 0) == 0
                && call.node().outputs().stream().skip(1).allMatch(String::isEmpty);
    }

    @Override
    public boolean leavesResultToReader() {
        return true;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        float epsilon = call.attributes().real("epsilon", EPSILON);
        // ONNX weighs the old statistics with momentum, Torch the new ones.
        double momentum = 1 - (double) call.attributes().real("momentum", 0.9f);
        torch.out(
                "torch.batch_norm(%s, %s, %s, %s, %s, %s, %s, %s, True)"
                        .formatted(
                                torch.in(0),
                                torch.exact(1),
                                torch.exact(2),
                                torch.statistic(3),
                                torch.statistic(4),
                                torch.training(),
                                torch.statisticShare(momentum),
                                TorchWriter.real(epsilon)));
    }

    /**
     * {@code scale (x - mean) / sqrt(variance + epsilon) + shift}: either x, its mean and the shift
     * are scaled, or scale and shift are.
     */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return trains(call)
                && call.attributes().integer("spatial", 1) == 1
                && (scaled.equals(Set.of(0, 2, 3)) || scaled.equals(Set.of(1, 2)));
    }
}
