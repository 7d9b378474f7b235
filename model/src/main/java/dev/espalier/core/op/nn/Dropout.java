package dev.espalier.core.op.nn;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Set;

/**
 * In a trained model {@code Y = X}. In training, a share of the elements (the attribute {@code
 * ratio} before operator set 12, an input from then on; default 0.5) is set to 0 and the others are
 * scaled up. The optional mask says which stayed.
 */
@Traits({Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
final class Dropout extends Elementwise {
    @Override
    public String type() {
        return "Dropout";
    }

    @Override
    public int outputs() {
        return 2;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 3).real("ratio").scalar(1).integers(2).scalar(2);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        TensorType x = new TensorType(call.dataType(0), call.shape(0));
        return call.node().output(1).isEmpty()
                ? List.of(x)
                : List.of(x, new TensorType(maskType(call), call.shape(0)));
    }

    private static DataType maskType(Call call) {
        return call.opset() < 10 ? call.dataType(0) : DataType.BOOL;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        super.channels(call, links);
        for (int axis = 0; axis < call.shape(0).rank() && has(call, 1); axis++) {
            links.tie(call.node().input(0), axis, call.node().output(1), axis);
        }
    }

    private static boolean has(Call call, int output) {
        return !call.node().output(output).isEmpty();
    }

    @Override
    public boolean changesNothing(Call call) {
        return !call.has(2) || isOff(call);
    }

    @Override
    public boolean trains(Call call) {
        // A node that is in training mode in the file itself has a random stream of its own.
        return changesNothing(call) && !has(call, 1);
    }

    private static boolean isOff(Call call) {
        return call.constantLongs(2).filter(on -> on.length == 1 && on[0] == 0).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        double ratio =
                call.constant(1)
                        .map(Tensor::toDoubles)
                        .filter(values -> values.length == 1)
                        .map(values -> values[0])
                        .orElse((double) call.attributes().real("ratio", 0.5f));
        torch.out(
                "torch.dropout(%s, %s, %s)"
                        .formatted(torch.in(0), TorchWriter.real(ratio), torch.training()));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0)) && !has(call, 1);
    }
}
