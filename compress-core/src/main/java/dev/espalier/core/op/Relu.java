package dev.espalier.core.op;

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
}
