package dev.espalier.core.op.nn;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The greatest number in each window of X [N, C, D1..Dn]; the optional second output is where in X
 * it was.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.SELECTS})
final class MaxPool extends Pool {
    @Override
    public String type() {
        return "MaxPool";
    }

    @Override
    public int outputs() {
        return 2;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        List<TensorType> types = new ArrayList<>(super.outputTypes(call));
        if (!types.isEmpty() && call.node().outputs().size() > 1) {
            types.add(new TensorType(DataType.INT64, types.get(0).shape()));
        }
        return types;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        if (call.node().output(1).isEmpty()) {
            super.channels(call, links);
            return;
        }
        for (String value : List.of(call.node().input(0), call.node().output(0))) {
            links.freeze(value, 1, "the indices of its maxima count through all channels");
        }
    }

    @Override
    public boolean trains(Call call) {
        return super.trains(call) && call.node().output(1).isEmpty();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        Window window = window(call);
        torch.out(
                "torch.max_pool%sd(%s, %s, %s, %s, %s, %s)"
                        .formatted(
                                window.kernel().size(),
                                window.pooled(call, torch, torch.in(0), Double.NEGATIVE_INFINITY),
                                TorchWriter.ints(window.kernelSizes()),
                                TorchWriter.ints(window.strides()),
                                TorchWriter.ints(window.poolPads(call)),
                                TorchWriter.ints(window.dilations()),
                                window.torchCeil(call)));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0)) && call.node().output(1).isEmpty();
    }
}
