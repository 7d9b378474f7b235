package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.List;

/**
 * {@code H_t = (1 - z) n + z H_t-1} with the gates z, r and n of {@code W X_t + B} and of H_t-1, in
 * this order: a {@link Recurrent} layer. The reset r multiplies {@code R H_t-1 + B} of n where
 * {@code linear_before_reset} says so and else H_t-1.
 */
final class GRU extends Recurrent {
    private static final int GATES = 3;
    private static final String LINEAR_BEFORE_RESET = "linear_before_reset";

    /** Torch's gates are r, z and n. */
    private static final List<Integer> ORDER = List.of(1, 0, 2);

    GRU() {
        super(GATES);
    }

    @Override
    public String type() {
        return "GRU";
    }

    @Override
    public void check(NodeCheck node) {
        super.check(node);
        node.integer(LINEAR_BEFORE_RESET, Integer.MIN_VALUE, NodeCheck.MOST);
    }

    /** Torch resets behind the product. */
    @Override
    public boolean trains(Call call) {
        return RecurrentTorch.takes(call, "Sigmoid", "Tanh")
                && hidden(call).isFixed()
                && call.attributes().integer(LINEAR_BEFORE_RESET, 0) != 0;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        new RecurrentTorch("torch.gru", hidden(call).size(), ORDER, states()).write(call, torch);
    }
}
