package dev.espalier.core.op.math;

import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Optional;
import java.util.Set;

/**
 * {@code Y = min(max(X, min), max)}. The bounds are attributes before operator set 11 and optional
 * scalar inputs from then on.
 */
@Traits({Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.PIECEWISE_LINEAR, Trait.LIMITS})
public final class Clip extends Elementwise {
    @Override
    public String type() {
        return "Clip";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 3).numbers(1, 2).scalar(1).scalar(2);
    }

    /** The lower bound if it is known, for passes that fuse or quantize; empty without one. */
    public static Optional<Double> lower(Call call) {
        return bound(call, "min", 1);
    }

    /** The upper bound if it is known; empty without one. */
    public static Optional<Double> upper(Call call) {
        return bound(call, "max", 2);
    }

    private static Optional<Double> bound(Call call, String name, int input) {
        if (call.has(input)) {
            return call.constant(input)
                    .filter(tensor -> tensor.elementCount() == 1)
                    .map(tensor -> tensor.toDoubles()[0]);
        }
        return call.attributes().has(name)
                ? Optional.of((double) call.attributes().real(name, 0))
                : Optional.empty();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        double low = lower(call).orElse(Double.NaN);
        double high = upper(call).orElse(Double.NaN);
        if (low < high && call.dataType(0).isFloating()) {
            // One kernel there and one back, where clamp takes four, and it may overwrite.
            String range =
                    "(%s, %s, %s)"
                            .formatted(torch.in(0), TorchWriter.real(low), TorchWriter.real(high));
            torch.outOver(0, "torch.hardtanh_" + range, "torch.hardtanh" + range);
            return;
        }
        String value = torch.in(0);
        value = clamp(call, torch, value, "clamp_min", "maximum", "min", 1);
        value = clamp(call, torch, value, "clamp_max", "minimum", "max", 2);
        torch.out(value);
    }

    private static String clamp(
            Call call,
            TorchWriter torch,
            String value,
            String byScalar,
            String byTensor,
            String name,
            int input) {
        Optional<Double> bound = bound(call, name, input);
        if (bound.isPresent() && call.dataType(0).isFloating()) {
            return "torch.%s(%s, %s)".formatted(byScalar, value, TorchWriter.real(bound.get()));
        }
        Optional<Tensor> tensor = call.constant(input);
        if (tensor.isPresent() && tensor.get().elementCount() == 1) {
            return "torch.%s(%s, %s)".formatted(byScalar, value, tensor.get().toLongs()[0]);
        }
        return call.has(input)
                ? "torch.%s(%s, %s)".formatted(byTensor, value, torch.in(input))
                : value;
    }

    /** Zero is the only bound that a factor leaves where it is. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        double low = bound(call, "min", 1).orElse(call.has(1) ? Double.NaN : -Float.MAX_VALUE);
        double high = bound(call, "max", 2).orElse(call.has(2) ? Double.NaN : Float.MAX_VALUE);
        return scaled.equals(Set.of(0))
                && (low == 0 || low <= -Float.MAX_VALUE)
                && (high == 0 || high >= Float.MAX_VALUE);
    }
}
