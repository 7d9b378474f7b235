package dev.espalier.core.op;

import java.util.Set;

/** {@code Y = X * max(0, min(1, X / 6 + 1 / 2))}. */
public final class HardSwish extends Elementwise {
    @Override
    public String type() {
        return "HardSwish";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.hardswish(" + torch.in(0) + ")");
    }

    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.UNCHANGED_13_TO_21, Trait.FLOAT16);
    }
}
