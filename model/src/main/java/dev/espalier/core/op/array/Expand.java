package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Repeats a tensor along axes of size 1, to what it broadcasts to with the shape in the second
 * input. What an axis is repeated to may be cut freely.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.SELECTS})
final class Expand implements Operator {
    @Override
    public String type() {
        return "Expand";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).integers(1);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(Shape.broadcast(call.shape(0), ConstantOfShape.shape(call, 1)));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Broadcast.tie(call, 0, links);
        Shape x = call.shape(0);
        Shape y = call.outputShape(0);
        int offset = y.rank() - x.rank();
        for (int axis = 0; axis < y.rank() && call.constant(1).isPresent(); axis++) {
            boolean repeated =
                    axis < offset
                            || x.dim(axis - offset).equals(Dim.of(1))
                                    && !y.dim(axis).equals(Dim.of(1));
            if (repeated) {
                links.allow(call.node().output(0), axis);
            }
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        long[] target = call.constantLongs(1).orElse(new long[0]).clone();
        Shape y = call.outputShape(0);
        boolean changed = false;
        for (int i = 0; i < target.length; i++) {
            int axis = y.rank() - target.length + i;
            long size = cut.kept(call.node().output(0), axis).length;
            if (target[i] != 1 && size != y.size(axis)) {
                target[i] = size;
                changed = true;
            }
        }
        return changed
                ? call.node()
                        .withInput(
                                1,
                                cut.constant(
                                        call.node().input(1),
                                        Tensor.ofLongs(Shape.of(target.length), target)))
                : call.node();
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Shape shape = call.outputType(0).map(TensorType::shape).orElse(Shape.UNRANKED);
        Optional<Tensor> x = call.constant(0);
        return x.isPresent() && shape.isFixed()
                ? Constants.pick(x.get(), Constants.broadcastIndices(x.get().shape(), shape), shape)
                        .map(List::of)
                : Optional.empty();
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && call.constantLongs(1).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        long[] target = call.constantLongs(1).orElseThrow().clone();
        int offset = target.length - call.shape(0).rank();
        for (int i = Math.max(0, offset); i < target.length; i++) {
            // ONNX broadcasts both ways, Torch's -1 keeps the size of the tensor.
            target[i] = target[i] == 1 ? -1 : target[i];
        }
        long[] whole = new long[Math.max(target.length, call.shape(0).rank())];
        java.util.Arrays.fill(whole, -1);
        System.arraycopy(target, 0, whole, whole.length - target.length, target.length);
        torch.out("torch.expand(" + torch.in(0) + ", " + TorchWriter.ints(whole) + ")");
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
