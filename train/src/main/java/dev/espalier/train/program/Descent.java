package dev.espalier.train.program;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.TorchWriter;
import dev.espalier.train.regime.OptimizerSettings;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes the backward computation and the optimizer's step. See {@link OptimizerSettings} for the
 * formula.
 */
final class Descent {
    private final OptimizerSettings settings;
    private final Holdings holdings;
    private final List<Leaf> leaves;

    Descent(OptimizerSettings settings, Holdings holdings, List<Leaf> leaves) {
        this.settings = settings;
        this.holdings = holdings;
        this.leaves = List.copyOf(leaves);
    }

    private static Tensor atRest(Shape shape) {
        int bytes = Math.toIntExact(shape.elementCount() * Float.BYTES);
        return Tensor.of(DataType.FLOAT, shape, ByteBuffer.allocate(bytes));
    }

    /** Writes the step: {@code loss} and {@code rate} are in scope. */
    void write(ProgramText text) {
        List<String> variables = leaves.stream().map(Leaf::variable).toList();
        text.add(
                "gradients = torch.autograd.grad([loss], %s)"
                        .formatted(ProgramText.list(variables)));
        text.add("torch.set_grad_enabled(False)");
        text.add("slope = torch.neg(float(rate))");
        for (int i = 0; i < leaves.size(); i++) {
            update(text, leaves.get(i), i);
        }
    }

    /** One tensor at a time: Torch drops the updates of lists, whose writes it does not see. */
    private void update(ProgramText text, Leaf leaf, int i) {
        boolean decays = leaf.shape().rank() > 1 && settings.weightDecay() > 0;
        String value = "torch.detach(self." + leaf.attribute() + ")";
        String gradient = "g" + i;
        Slot slot = new Slot(Slot.Kind.MOMENTUM, leaf.slot().name());
        String momentum = "self." + holdings.variable(slot, atRest(leaf.shape()));
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
