package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;

/** {@code Y = tanh(X)}. */
final class Tanh extends Elementwise {
    @Override
    public String type() {
        return "Tanh";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.tanh(" + torch.in(0) + ")");
    }
}
