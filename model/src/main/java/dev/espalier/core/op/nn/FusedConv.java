package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import java.util.List;

/**
 * ONNX Runtime's {@code Y = activation(Conv(X, W, B) + Z)} with an optional Z of the shape of Y: a
 * {@link Conv} with an {@code activation} of its own.
 */
final class FusedConv implements Operator {
    private static final int Z = 3;

    private final Conv conv = new Conv();

    @Override
    public String type() {
        return "FusedConv";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, Z + 1).reals(1, 2, Z);
        node.word(
                "activation",
                "",
                "Relu",
                "LeakyRelu",
                "Tanh",
                "Sigmoid",
                "HardSigmoid",
                "HardSwish",
                "Clip");
        conv.checkWindow(node);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return conv.outputTypes(call);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        conv.channels(call, links);
        if (call.has(Z)) {
            for (int axis = 0; axis < 2; axis++) {
                links.tie(call.node().input(Z), axis, call.node().output(0), axis);
            }
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        return conv.cut(call, cut);
    }

    @Override
    public int[] parameters(Call call) {
        return conv.parameters(call);
    }

    @Override
    public long macs(Call call) {
        return conv.macs(call);
    }
}
