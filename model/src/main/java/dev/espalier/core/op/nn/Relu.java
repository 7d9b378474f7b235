package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Set;

/** {@code Y = max(0, X)}. */
@Traits({
    Trait.UNCHANGED_7_TO_13,
    Trait.UNCHANGED_13_TO_21,
    Trait.FLOAT16,
    Trait.PIECEWISE_LINEAR,
    Trait.LIMITS
})
final class Relu extends Elementwise {
    @Override
    public String type() {
        return "Relu";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String x = torch.in(0);
        torch.outOver(0, "torch.relu_(" + x + ")", "torch.relu(" + x + ")");
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
