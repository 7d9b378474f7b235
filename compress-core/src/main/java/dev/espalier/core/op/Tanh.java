package dev.espalier.core.op;

/** {@code Y = tanh(X)}. */
public final class Tanh extends Elementwise {
    @Override
    public String type() {
        return "Tanh";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.tanh(" + torch.in(0) + ")");
    }
}
