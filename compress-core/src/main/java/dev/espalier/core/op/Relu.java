package dev.espalier.core.op;

import java.util.Set;

/** {@code Y = max(0, X)}. */
public final class Relu extends Elementwise {
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

    @Override
    public Set<Trait> traits() {
        return Trait.plainAnd(Trait.PIECEWISE_LINEAR, Trait.IDEMPOTENT);
    }
}
