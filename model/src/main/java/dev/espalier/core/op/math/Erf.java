package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;

/** The error function, {@code Y = 2 / sqrt(pi) * integral of exp(-t^2) from 0 to X}. */
final class Erf extends Elementwise {
    @Override
    public String type() {
        return "Erf";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.erf(" + torch.in(0) + ")");
    }
}
