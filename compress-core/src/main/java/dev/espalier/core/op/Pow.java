package dev.espalier.core.op;

/** {@code Z = X ^ Y}, element by element under broadcasting, in the element type of X. */
public final class Pow extends Broadcast {
    @Override
    public String type() {
        return "Pow";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2);
    }

    @Override
    public boolean trains(Call call) {
        return call.dataType(0).isFloating() && call.dataType(1).isFloating();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.pow(" + torch.in(0) + ", " + torch.in(1) + ")");
    }
}
