package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code Z = X ^ Y}, element by element under broadcasting, in the element type of X. Of constants
 * only powers that every runtime computes alike are computed: squares of reals, and int64 numbers
 * that a double holds exactly.
 */
final class Pow extends Broadcast {
    private static final double LARGEST_EXACT = 1L << 53;
    private static final long NONE = Long.MIN_VALUE;

    @Override
    public String type() {
        return "Pow";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2);
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        boolean squares =
                call.constant(1)
                        .filter(y -> y.dataType().isFloating())
                        .filter(y -> Arrays.stream(y.toDoubles()).allMatch(power -> power == 2))
                        .isPresent();
        if (call.dataType(0) != DataType.INT64 && !squares) {
            return Optional.empty();
        }
        return Constants.combine(call, (a, b) -> a * a, Pow::power)
                .filter(
                        values ->
                                squares
                                        || Arrays.stream(values.get(0).toLongs())
                                                .noneMatch(value -> value == NONE));
    }

    private static long power(long base, long exponent) {
        double power = Math.pow(base, exponent);
        return exponent < 0 || Math.abs(power) > LARGEST_EXACT ? NONE : (long) power;
    }

    @Override
    public boolean trains(Call call) {
        return call.dataType(0).isFloating() && call.dataType(1).isFloating();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.pow(" + torch.in(0) + ", " + torch.in(1) + ")");
    }
}
