package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.List;

/**
 * {@code H_t = tanh(W X_t + R H_t-1 + B)}, or another activation: a {@link Recurrent} layer of one
 * gate.
 */
final class RNN extends Recurrent {
    RNN() {
        super(1);
    }

    @Override
    public String type() {
        return "RNN";
    }

    private static boolean isRectified(Call call) {
        return RecurrentTorch.takes(call, "Relu") && !RecurrentTorch.activations(call).isEmpty();
    }

    @Override
    public boolean trains(Call call) {
        return hidden(call).isFixed() && (isRectified(call) || RecurrentTorch.takes(call, "Tanh"));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String function = isRectified(call) ? "torch.rnn_relu" : "torch.rnn_tanh";
        new RecurrentTorch(function, hidden(call).size(), List.of(0), states()).write(call, torch);
    }
}
