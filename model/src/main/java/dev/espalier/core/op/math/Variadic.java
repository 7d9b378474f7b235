package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An operator that makes one number of the elements of any number of inputs, element by element
 * under broadcasting, in whatever order they come: Max, Min, Sum and Mean. Of one input it is that
 * input.
 */
abstract class Variadic extends Broadcast {
    @Override
    public void check(NodeCheck node) {
        int count = Math.max(1, count(node.call()));
        int[] all = IntStream.range(0, count).toArray();
        node.inputs(count).numbers(all);
    }

    static int count(Call call) {
        return call.node().inputs().size();
    }

    /** Torch's function of two tensors, applied from the first input to the last. */
    static String folded(Call call, TorchWriter torch, String torchName) {
        String value = torch.in(0);
        for (int i = 1; i < count(call); i++) {
            value = "torch.%s(%s, %s)".formatted(torchName, value, torch.in(i));
        }
        return value;
    }

    @Override
    public boolean changesNothing(Call call) {
        return count(call) == 1;
    }

    /** Where all inputs grow by one factor the result does. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(IntStream.range(0, count(call)).boxed().collect(Collectors.toSet()));
    }
}
