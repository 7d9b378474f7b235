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
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * {@code Y = (X - mean) / sqrt(var + epsilon) * Scale + B} with mean and variance over all axes
 * from {@code axis} (default -1) on. Mean and 1 / sqrt(var + epsilon), where they are wanted as
 * outputs, have those axes with size 1.
 *
 * <p>Channels: an axis that is normalised over is frozen, since its statistics would change.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
final class LayerNormalization implements Operator {
    @Override
    public String type() {
        return "LayerNormalization";
    }

    @Override
    public int outputs() {
        return 3;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, 3).axis("axis", 0).real("epsilon").type("stash_type").reals(1, 2);
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", -1), call.shape(0).rank());
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        List<TensorType> types = new ArrayList<>();
        types.add(new TensorType(call.dataType(0), call.shape(0)));
        for (int i = 1; i < call.node().outputs().size(); i++) {
            types.add(new TensorType(statisticType(call), statistic(call)));
        }
        return types;
    }

    private static DataType statisticType(Call call) {
        long id = call.attributes().integer("stash_type", DataType.FLOAT.id());
        return DataType.ofId((int) id).orElse(DataType.FLOAT);
    }

    private static Shape statistic(Call call) {
        if (!call.ranked(0)) {
            return Shape.UNRANKED;
        }
        Shape shape = call.shape(0);
        for (int axis = axis(call); axis < call.shape(0).rank(); axis++) {
            shape = shape.with(axis, Dim.of(1));
        }
        return shape;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String x = call.node().input(0);
        String y = call.node().output(0);
        for (int k = 0; k < call.shape(0).rank(); k++) {
            if (k < axis(call)) {
                for (String output : call.node().outputs()) {
                    if (!output.isEmpty()) {
                        links.tie(x, k, output, k);
                    }
                }
            } else {
                links.freeze(x, k, "a layer normalization takes its mean over it");
                links.freeze(y, k, "a layer normalization takes its mean over it");
            }
        }
        for (int i = 1; i <= 2 && call.has(i); i++) {
            Broadcast.tie(call, i, links);
        }
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1, 2};
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0)
                && call.ranked(1)
                && call.shape(1).isFixed()
                && call.shape(1).rank() == call.shape(0).rank() - axis(call);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String epsilon = TorchWriter.real(call.attributes().real("epsilon", 1e-5f));
        if (call.node().outputs().stream().skip(1).anyMatch(output -> !output.isEmpty())) {
            torchWithStatistics(call, torch, epsilon);
            return;
        }
        torch.out(
                "torch.layer_norm(%s, %s, %s, %s, %s)"
                        .formatted(
                                torch.in(0),
                                TorchWriter.ints(call.shape(1).sizes()),
                                torch.exact(1),
                                call.has(2) ? torch.exact(2) : "None",
                                epsilon));
    }

    /** Torch's own operator returns them too, but without their gradients. */
    private static void torchWithStatistics(Call call, TorchWriter torch, String epsilon) {
        String axes =
                TorchWriter.ints(LongStream.range(axis(call), call.shape(0).rank()).toArray());
        String mean = torch.let("torch.mean(%s, %s, True)".formatted(torch.in(0), axes));
        String centred = torch.let("torch.sub(%s, %s)".formatted(torch.in(0), mean));
        String variance =
                "torch.mean(torch.mul(%s, %s), %s, True)".formatted(centred, centred, axes);
        String inverse = torch.let("torch.rsqrt(torch.add(%s, %s))".formatted(variance, epsilon));
        String scaled =
                "torch.mul(torch.mul(%s, %s), %s)".formatted(centred, inverse, torch.exact(1));
        List<String> results =
                List.of(
                        call.has(2)
                                ? "torch.add(%s, %s)".formatted(scaled, torch.exact(2))
                                : scaled,
                        mean,
                        inverse);
        for (int i = 0; i < call.node().outputs().size(); i++) {
            if (!call.node().output(i).isEmpty()) {
                torch.out(i, results.get(i));
            }
        }
    }
}
