package dev.espalier.core.op;

/** {@code Y = sqrt(X)}, NaN below 0. */
public final class Sqrt extends Elementwise {
    @Override
    public String type() {
        return "Sqrt";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.sqrt(" + torch.in(0) + ")");
    }
}
