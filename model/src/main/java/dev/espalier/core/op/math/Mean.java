package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/** The mean of any number of tensors, element by element under broadcasting. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Mean extends Variadic {
    @Override
    public String type() {
        return "Mean";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.div(%s, %s)".formatted(folded(call, torch, "add"), count(call)));
    }
}
