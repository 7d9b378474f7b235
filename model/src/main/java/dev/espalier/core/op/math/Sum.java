package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.TorchWriter;

/** The sum of any number of tensors, element by element under broadcasting. */
final class Sum extends Variadic {
    @Override
    public String type() {
        return "Sum";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(folded(call, torch, "add"));
    }
}
