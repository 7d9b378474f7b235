package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.Set;
import java.util.stream.IntStream;

/** {@code C = A * B}, element by element under broadcasting. */
public final class Mul extends Arithmetic {
    @Override
    public String type() {
        return "Mul";
    }

    @Override
    long neutral() {
        return 1;
    }

    @Override
    double apply(double a, double b) {
        return a * b;
    }

    @Override
    long apply(long a, long b) {
        return a * b;
    }

    /** Not what a single number found at run time is multiplied by: scales of a quantization. */
    @Override
    public int[] parameters(Call call) {
        return IntStream.of(super.parameters(call))
                .filter(i -> !call.ranked(1 - i) || call.shape(1 - i).rank() > 0)
                .toArray();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.mul(" + torch.in(0) + ", " + torch.in(1) + ")");
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0)) || scaled.equals(Set.of(1));
    }
}
