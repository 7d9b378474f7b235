package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code C = A / B}, element by element under broadcasting; integers are cut towards zero. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.DIVIDES})
final class Div extends Arithmetic {
    @Override
    public String type() {
        return "Div";
    }

    @Override
    long neutral() {
        return 1;
    }

    @Override
    double apply(double a, double b) {
        return a / b;
    }

    @Override
    long apply(long a, long b) {
        return a / b;
    }

    @Override
    public void check(NodeCheck node) {
        super.check(node);
        IntegerDivision.check(node);
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        // Java's long is signed; the quotient of an unsigned 64-bit number may not be.
        return call.dataType(0) == DataType.UINT64 ? Optional.empty() : super.evaluate(call);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String a = torch.in(0);
        String b = torch.in(1);
        torch.out(
                call.dataType(0).isFloating()
                        ? "torch.div(" + a + ", " + b + ")"
                        : "torch.div(" + a + ", " + b + ", rounding_mode=\"trunc\")");
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
