package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;

/** {@code Y = 1 / (1 + exp(-X))}. */
public final class Sigmoid extends Elementwise {
    @Override
    public String type() {
        return "Sigmoid";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.sigmoid(" + torch.in(0) + ")");
    }
}
