package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;

/** {@code Y = X * max(0, min(1, X / 6 + 1 / 2))}. */
final class HardSwish extends Elementwise {
    @Override
    public String type() {
        return "HardSwish";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.hardswish(" + torch.in(0) + ")");
    }
}
