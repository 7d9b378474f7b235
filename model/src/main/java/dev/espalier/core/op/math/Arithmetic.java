package dev.espalier.core.op.math;

import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.OpenSizes;
import java.util.List;
import java.util.Optional;

/** Add, Sub, Mul and Div of two tensors of one type. */
abstract class Arithmetic extends Broadcast {
    abstract double apply(double a, double b);

    abstract long apply(long a, long b);

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).numbers(0, 1);
    }

    /** A constant of several numbers is taken as learned, such as the bias after a MatMul. */
    @Override
    public int[] parameters(Call call) {
        return java.util.stream.IntStream.of(0, 1)
                .filter(i -> call.dataType(i).isFloating())
                .filter(i -> call.constant(i).filter(t -> t.elementCount() > 1).isPresent())
                // Where both are constant the result is a constant that its reader counts.
                .filter(i -> call.constant(1 - i).isEmpty())
                .toArray();
    }

    /** The number B that leaves A as it is. */
    abstract long neutral();

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0, 1};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        OpenSizes open = call.open();
        return Constants.combine(
                call,
                this::apply,
                (a, b) -> {
                    if (call.follows() && (open.isOpen(a) || open.isOpen(b))) {
                        return b == neutral() ? a : open.unknown();
                    }
                    return apply(a, b);
                });
    }
}
