package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;

/** A condition on the elements of two tensors, under broadcasting. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
abstract class Comparison extends Broadcast {
    abstract boolean holds(double a, double b);

    abstract boolean holds(long a, long b);

    /** Torch's function. */
    abstract String torchName();

    @Override
    public void check(NodeCheck node) {
        node.inputs(2);
    }

    @Override
    protected DataType resultType(Call call) {
        return DataType.BOOL;
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        if (call.dataType(0) == DataType.UINT64) {
            return Optional.empty();
        }
        return Constants.combine(call, (a, b) -> holds(a, b) ? 1 : 0, (a, b) -> holds(a, b) ? 1 : 0)
                .map(
                        values ->
                                List.of(
                                        Tensor.ofIntegers(
                                                DataType.BOOL,
                                                values.get(0).shape(),
                                                truths(values.get(0)))));
    }

    private static long[] truths(Tensor values) {
        double[] reals = values.toDoubles();
        long[] truths = new long[reals.length];
        for (int i = 0; i < truths.length; i++) {
            truths[i] = (long) reals[i];
        }
        return truths;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.%s(%s, %s)".formatted(torchName(), torch.in(0), torch.in(1)));
    }
}
