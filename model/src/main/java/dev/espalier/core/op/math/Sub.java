package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.Set;

/** {@code C = A - B}, element by element under broadcasting. */
final class Sub extends Arithmetic {
    @Override
    public String type() {
        return "Sub";
    }

    @Override
    long neutral() {
        return 0;
    }

    @Override
    double apply(double a, double b) {
        return a - b;
    }

    @Override
    long apply(long a, long b) {
        return a - b;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.sub(" + torch.in(0) + ", " + torch.in(1) + ")");
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0, 1));
    }
}
