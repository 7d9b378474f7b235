package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.OpenSizes;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A condition on the elements of two tensors, under broadcasting. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
abstract class Comparison extends Broadcast {
    private static final long UNDECIDED = -1;

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
    public int[] movedInputs(Call call) {
        return new int[] {0, 1};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        if (call.dataType(0) == DataType.UINT64) {
            return Optional.empty();
        }
        return Constants.combine(
                        call,
                        (a, b) -> holds(a, b) ? 1 : 0,
                        (a, b) -> call.follows() ? ofSizes(call.open(), a, b) : holds(a, b) ? 1 : 0)
                .map(values -> values.get(0))
                .filter(values -> !call.follows() || !holdsUndecided(values))
                .map(
                        values ->
                                List.of(
                                        Tensor.ofIntegers(
                                                DataType.BOOL, values.shape(), truths(values))));
    }

    /**
     * What holds of two sizes whatever the open ones of them are: these are not negative. -1 where
     * that depends, and for a size of which not even that is known.
     */
    private long ofSizes(OpenSizes open, long a, long b) {
        boolean isOpenA = open.isOpen(a);
        boolean isOpenB = open.isOpen(b);
        if (a == open.unknown()
                || b == open.unknown()
                || isOpenA && isOpenB && a != b
                || isOpenA && !isOpenB && b >= 0
                || isOpenB && !isOpenA && a >= 0) {
            return UNDECIDED;
        }
        return holds(isOpenA ? 0 : a, isOpenB ? 0 : b) ? 1 : 0;
    }

    private static boolean holdsUndecided(Tensor values) {
        return values.dataType().isInteger()
                && Arrays.stream(values.toLongs()).anyMatch(value -> value == UNDECIDED);
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
