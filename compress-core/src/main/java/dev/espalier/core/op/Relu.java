package dev.espalier.core.op;

/** {@code Y = max(0, X)}. */
public final class Relu extends Elementwise {
    @Override
    public String type() {
        return "Relu";
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.relu(" + torch.in(0) + ")");
    }
}
