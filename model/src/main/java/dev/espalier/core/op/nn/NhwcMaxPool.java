package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX Runtime's {@link MaxPool} of bytes with the channels last: X [N, D1..Dn, C] to Y [N, O1..On,
 * C].
 */
final class NhwcMaxPool implements Operator {
    @Override
    public String type() {
        return "NhwcMaxPool";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).flag("ceil_mode");
        Window.checkPool(node);
        Shape x = node.call().shape(0);
        NodeCheck.require(!x.isRanked() || x.rank() > 2, "input %s has no spatial axes", x);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked()) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> channelsSecond = new ArrayList<>(x.dims());
        channelsSecond.add(1, channelsSecond.remove(x.rank() - 1));
        List<Dim> dims = new ArrayList<>();
        dims.add(x.dim(0));
        dims.addAll(Pool.window(call).outputDims(Shape.of(channelsSecond)));
        dims.add(x.dim(-1));
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        int last = call.shape(0).rank() - 1;
        links.tie(call.node().input(0), 0, call.node().output(0), 0);
        links.tie(call.node().input(0), last, call.node().output(0), last);
    }
}
