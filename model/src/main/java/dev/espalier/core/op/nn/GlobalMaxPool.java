package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/** The greatest number of each channel: X [N, C, D1..Dn] to Y [N, C, 1..1]. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
final class GlobalMaxPool extends GlobalPool {
    @Override
    public String type() {
        return "GlobalMaxPool";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.amax(%s, %s, True)".formatted(torch.in(0), axes(call)));
    }
}
