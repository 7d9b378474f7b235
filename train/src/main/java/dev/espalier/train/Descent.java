package dev.espalier.train;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.TorchWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the backward computation and the optimizer's step, all weights in a handful of statements.
 * See {@link OptimizerSettings} for the formula.
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
        update(text, "decayed", true, settings.weightDecay());
        update(text, "plain", false, 0);
    }

    private void update(ProgramText text, String name, boolean matrices, double decay) {
        List<String> values = new ArrayList<>();
        List<String> gradients = new ArrayList<>();
        List<String> moving = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            Holdings.Variable weight = weights.get(i);
            if (weight.tensor().shape().rank() > 1 == matrices) {
                values.add("torch.detach(self." + weight.attribute() + ")");
                gradients.add("unchecked_cast(Tensor, gradients[" + i + "])");
                moving.add("self." + momenta.get(weight.initializer()));
            }
        }
        if (values.isEmpty()) {
            return;
        }
        String momentum = TorchWriter.real(settings.momentum());
        text.add(name + " = " + ProgramText.list(values));
        text.add(name + "_g = " + ProgramText.list(gradients));
        text.add(name + "_m = " + ProgramText.list(moving));
        String g = name + "_g";
        if (decay > 0) {
            g = name + "_d";
            text.add(
                    "%s = torch._foreach_add(%s_g, %s, alpha=%s)"
                            .formatted(g, name, name, TorchWriter.real(decay)));
        }
        text.add("torch._foreach_mul_(%s_m, %s)".formatted(name, momentum));
        text.add("torch._foreach_add_(%s_m, %s)".formatted(name, g));
        text.add(
                "%s_u = torch._foreach_add(%s, %s_m, alpha=%s)".formatted(name, g, name, momentum));
        text.add("torch._foreach_add_(%s, %s_u, alpha=slope)".formatted(name, name));
    }
}
