package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;

/** {@code Y = sqrt(X)}, NaN below 0. */
final class Sqrt extends Elementwise {
    @Override
    public String type() {
        return "Sqrt";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.sqrt(" + torch.in(0) + ")");
    }
}
