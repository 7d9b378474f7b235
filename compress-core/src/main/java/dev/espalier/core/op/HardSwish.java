package dev.espalier.core.op;

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
}
