package dev.espalier.core.op.nn;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * {@code Y = X / sqrt(mean(X^2) + epsilon) * scale} with the mean over all axes from {@code axis}
 * (default -1) on, and the type of scale. ONNX Runtime writes it as {@code
 * SimplifiedLayerNormalization} too, in the standard's domain, whose second output is {@code 1 /
 * sqrt(mean(X^2) + epsilon)} with those axes of size 1.
 *
 * <p>Channels: an axis that is normalised over is frozen, since its mean would change.
 */
final class RMSNormalization implements Operator {
    private final String type;
    private final int outputs;

    /**
     * @param type name of the operator
     * @param outputs 2 where there is one for the factor
     */
    RMSNormalization(String type, int outputs) {
        this.type = type;
        this.outputs = outputs;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).axis("axis", 0).real("epsilon").type("stash_type").reals(1);
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", -1), call.shape(0).rank());
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        List<TensorType> types = new ArrayList<>();
        types.add(new TensorType(call.dataType(call.type(1).isPresent() ? 1 : 0), x));
        if (call.node().outputs().size() > 1) {
            types.add(new TensorType(DataType.FLOAT, x.isRanked() ? factor(call) : x));
        }
        return types;
    }

    private static Shape factor(Call call) {
        Shape factor = call.shape(0);
        for (int axis = axis(call); axis < call.shape(0).rank(); axis++) {
            factor = factor.with(axis, Dim.of(1));
        }
        return factor;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        for (int k = 0; k < call.shape(0).rank(); k++) {
            for (String output : call.node().outputs()) {
                if (k < axis(call) && !output.isEmpty()) {
                    links.tie(x, k, output, k);
                }
            }
            if (k >= axis(call)) {
                links.freeze(x, k, "a normalization takes its mean square over it");
                links.freeze(
                        call.node().output(0), k, "a normalization takes its mean square over it");
            }
        }
        Broadcast.tie(call, 1, links);
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1};
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && call.shape(0).rank() > 0;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String x = torch.let(torch.exact(0));
        String axes =
                TorchWriter.ints(LongStream.range(axis(call), call.shape(0).rank()).toArray());
        String epsilon = TorchWriter.real(call.attributes().real("epsilon", 1e-5f));
        String factor =
                torch.let(
                        "torch.rsqrt(torch.add(torch.mean(torch.mul(%s, %s), %s, True), %s))"
                                .formatted(x, x, axes, epsilon));
        String scaled = "torch.mul(torch.mul(%s, %s), %s)".formatted(x, factor, torch.exact(1));
        torch.out(0, torch.asActivation(scaled));
        if (!call.node().output(1).isEmpty()) {
            torch.out(1, factor);
        }
    }

    /** The scale; a factor of X is normalised away. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(1)) && call.node().output(1).isEmpty();
    }
}
