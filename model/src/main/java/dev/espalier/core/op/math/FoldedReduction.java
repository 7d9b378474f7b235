package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.OpenSizes;
import dev.espalier.core.op.spec.Trait;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongBinaryOperator;

/**
 * ReduceMax, ReduceMin, ReduceProd and ReduceSum: reductions that models compute sizes with. Those
 * of constant integers are computed here; of reals the result depends on the order.
 */
final class FoldedReduction extends Reduction {
    private static final long NO_NEUTRAL = -1;

    private final LongBinaryOperator step;
    private final long neutral;

    /**
     * @param neutral the number, none below 0, that {@code step} leaves others as they are with
     */
    private FoldedReduction(
            String type,
            String noun,
            Set<Trait> traits,
            boolean homogeneous,
            String torchForm,
            LongBinaryOperator step,
            long neutral) {
        super(type, noun, traits, homogeneous, torchForm);
        this.step = step;
        this.neutral = neutral;
    }

    static FoldedReduction max() {
        return new FoldedReduction(
                "ReduceMax",
                "a maximum",
                Set.of(Trait.UNCHANGED_7_TO_13, Trait.FLOAT16),
                true,
                "torch.amax(%s, %s, %s)",
                Math::max,
                NO_NEUTRAL);
    }

    static FoldedReduction min() {
        return new FoldedReduction(
                "ReduceMin",
                "a minimum",
                Set.of(Trait.UNCHANGED_7_TO_13, Trait.FLOAT16),
                true,
                "torch.amin(%s, %s, %s)",
                Math::min,
                NO_NEUTRAL);
    }

    static FoldedReduction product() {
        return new FoldedReduction(
                "ReduceProd",
                "a product",
                Set.of(Trait.UNCHANGED_7_TO_13),
                false,
                "torch.prod(%s, %s, %s)",
                (a, b) -> a * b,
                1);
    }

    static FoldedReduction sum() {
        return new FoldedReduction(
                "ReduceSum",
                "a sum",
                Set.of(Trait.UNCHANGED_13_TO_21, Trait.FLOAT16),
                true,
                "torch.sum(%s, %s, %s)",
                (a, b) -> a + b,
                0);
    }

    @Override
    boolean keepsSingleNumbers() {
        return true;
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        Optional<ReducedAxes> axes = ReducedAxes.of(call);
        // Java's long is signed, which the largest of the unsigned 64-bit numbers are not.
        if (x.isEmpty()
                || axes.isEmpty()
                || !x.get().dataType().isInteger()
                || x.get().dataType() == DataType.UINT64
                || x.get().elementCount() == 0) {
            return Optional.empty();
        }
        Shape shape = axes.get().of(x.get().shape());
        long[] into = Constants.strides(shape);
        long[] steps = new long[x.get().shape().rank()];
        for (int axis = 0, out = 0; axis < steps.length; axis++) {
            boolean isReduced = axes.get().reduced().get(axis);
            steps[axis] = isReduced ? 0 : into[out];
            out += isReduced && !axes.get().keeps() ? 0 : 1;
        }
        int[] at = Constants.indices(x.get().shape().sizes(), steps, 0);
        long[] from = x.get().toLongs();
        long[] result = new long[Math.toIntExact(shape.elementCount())];
        boolean[] begun = new boolean[result.length];
        for (int i = 0; i < from.length; i++) {
            result[at[i]] = begun[at[i]] ? step(call, result[at[i]], from[i]) : from[i];
            begun[at[i]] = true;
        }
        return Constants.one(Tensor.ofIntegers(x.get().dataType(), shape, result));
    }

    private long step(Call call, long a, long b) {
        OpenSizes open = call.open();
        if (call.follows() && (open.isOpen(a) || open.isOpen(b))) {
            return a == neutral ? b : b == neutral ? a : open.unknown();
        }
        return step.applyAsLong(a, b);
    }

    /** Torch's product is one over a single axis: the last first, so that the others stay. */
    @Override
    String torch(String x, long[] axes, String keeps) {
        if (!type().equals("ReduceProd")) {
            return super.torch(x, axes, keeps);
        }
        String value = x;
        for (int i = axes.length - 1; i >= 0; i--) {
            value = "torch.prod(%s, %s, %s)".formatted(value, axes[i], keeps);
        }
        return value;
    }
}
