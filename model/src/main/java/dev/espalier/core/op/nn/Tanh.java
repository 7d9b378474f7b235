package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/** {@code Y = tanh(X)}. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.SATURATES})
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
