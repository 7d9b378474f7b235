package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.OpenSizes;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Max and Min of any number of tensors, element by element under broadcasting. */
final class Extremum extends Variadic {
    /** Elements that are compared here at most; one constant may be an input many times. */
    private static final long MOST_COMPARED = 1 << 22;

    private final boolean greatest;

    private Extremum(boolean greatest) {
        this.greatest = greatest;
    }

    /** Max and Min. */
    static List<Operator> all() {
        return List.of(new Extremum(true), new Extremum(false));
    }

    @Override
    public String type() {
        return greatest ? "Max" : "Min";
    }

    @Override
    public int[] movedInputs(Call call) {
        return IntStream.range(0, count(call)).toArray();
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        // Java's long is signed; runtimes differ in what is the greatest of numbers and NaN.
        Shape shape = Shape.SCALAR;
        for (int i = 0; i < count(call); i++) {
            shape = Shape.broadcast(shape, call.shape(i));
        }
        if (call.dataType(0) == DataType.UINT64
                || !shape.isFixed()
                || shape.elementCount() > MOST_COMPARED / count(call)) {
            return Optional.empty();
        }
        Optional<Tensor> result = call.constant(0).filter(Extremum::isOrdered);
        for (int i = 1; i < count(call); i++) {
            Optional<Tensor> next = call.constant(i).filter(Extremum::isOrdered);
            result =
                    result.flatMap(
                            a ->
                                    next.flatMap(
                                            b ->
                                                    Constants.combine(
                                                            a,
                                                            b,
                                                            greatest ? Math::max : Math::min,
                                                            (x, y) -> apply(call, x, y))));
        }
        return result.map(List::of);
    }

    private static boolean isOrdered(Tensor tensor) {
        DataType type = tensor.dataType();
        return type.isInteger()
                || type.isFloating() && Arrays.stream(tensor.toDoubles()).noneMatch(Double::isNaN);
    }

    /** Of an open size it is known that it is not negative. */
    private long apply(Call call, long a, long b) {
        OpenSizes open = call.open();
        if (!call.follows() || a == b || !open.isOpen(a) && !open.isOpen(b)) {
            return greatest ? Math.max(a, b) : Math.min(a, b);
        }
        if (open.isOpen(a) && open.isOpen(b) || a == open.unknown() || b == open.unknown()) {
            return open.unknown();
        }
        long size = open.isOpen(a) ? a : b;
        long other = open.isOpen(a) ? b : a;
        if (greatest) {
            return other <= 0 ? size : open.unknown();
        }
        return other <= 0 ? other : other == Long.MAX_VALUE ? size : open.unknown();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(folded(call, torch, greatest ? "maximum" : "minimum"));
    }
}
