package dev.espalier.train;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.TorchWriter;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the backward computation and the optimizer's step. See {@link OptimizerSettings} for the
 * formula.
 */
final class Descent {
    private final OptimizerSettings settings;
    private final List<Holdings.Variable> weights;
    private final Map<String, String> leaves;
    private final Map<String, String> momenta = new LinkedHashMap<>();

    /**
     * @param leaves local variables that gradients are taken of, by initializer
     * @param start momenta to begin with, by initializer; others begin at rest
     */
    Descent(
            OptimizerSettings settings,
            Holdings holdings,
            Map<String, String> leaves,
            Map<String, Tensor> start) {
        this.settings = settings;
        this.weights =
                holdings.weights().stream()
                        .filter(w -> leaves.containsKey(w.initializer()))
                        .toList();
        this.leaves = leaves;
        for (Holdings.Variable weight : weights) {
            Tensor momentum = start.getOrDefault(weight.initializer(), atRest(weight.tensor()));
            momenta.put(weight.initializer(), holdings.add("m", momentum));
        }
    }

    private static Tensor atRest(Tensor weight) {
        int bytes = Math.toIntExact(weight.byteSize());
        return Tensor.of(DataType.FLOAT, weight.shape(), ByteBuffer.allocate(bytes));
    }

    /** Attributes of the momenta by the initializer they belong to. */
    Map<String, String> momenta() {
        return momenta;
    }

    /** Writes the step: {@code loss} and {@code rate} are in scope. */
    void write(ProgramText text) {
        List<String> variables = weights.stream().map(w -> leaves.get(w.initializer())).toList();
        text.add(
                "gradients = torch.autograd.grad([loss], %s)"
                        .formatted(ProgramText.list(variables)));
        text.add("torch.set_grad_enabled(False)");
        text.add("slope = torch.neg(float(rate))");
        for (int i = 0; i < weights.size(); i++) {
            update(text, weights.get(i), i);
        }
    }

    /** One tensor at a time: Torch drops the updates of lists, whose writes it does not see. */
    private void update(ProgramText text, Holdings.Variable weight, int i) {
        boolean decays = weight.tensor().shape().rank() > 1 && settings.weightDecay() > 0;
        String value = "torch.detach(self." + weight.attribute() + ")";
        String gradient = "g" + i;
        String momentum = "self." + momenta.get(weight.initializer());
        String share = TorchWriter.real(settings.momentum());
        String raw = "unchecked_cast(Tensor, gradients[" + i + "])";
        text.add(
                gradient
                        + " = "
                        + (decays
                                ? "torch.add(%s, %s, alpha=%s)"
                                        .formatted(
                                                raw,
                                                value,
                                                TorchWriter.real(settings.weightDecay()))
                                : raw));
        text.add(
                "m%d = torch.add_(torch.mul_(%s, %s), %s)".formatted(i, momentum, share, gradient));
        text.add(
                "u%d = torch.add_(%s, torch.add(%s, m%d, alpha=%s), alpha=slope)"
                        .formatted(i, value, gradient, i, share));
    }
}
