package dev.espalier.train.program;

import dev.espalier.core.op.spec.TorchWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes what a {@link Regularizer} does in a step. */
final class Shrinkage {
    private final Regularizer regularizer;
    private final ProgramTensors programTensors;
    private final List<Leaf> leaves;

    Shrinkage(Regularizer regularizer, ProgramTensors programTensors, List<Leaf> leaves) {
        regularizer.requireTrained(leaves);
        this.regularizer = regularizer;
        this.programTensors = programTensors;
        this.leaves = leaves;
    }

    /**
     * The expression of a gradient, the penalty's included.
     *
     * @param gradient the loss's, a sum of {@code parts}
     */
    String gradient(String gradient, Leaf leaf, int parts) {
        Optional<String> strength = strength(leaf);
        if (regularizer.kind() != Regularizer.Kind.SUBGRADIENT || strength.isEmpty()) {
            return gradient;
        }
        return "torch.add(%s, torch.mul(torch.sign(%s), %s), alpha=%s)"
                .formatted(
                        gradient,
                        ProgramTensors.read(leaf.attribute()),
                        strength.get(),
                        TorchWriter.real(parts));
    }

    /**
     * Writes what follows the optimizer's step; {@code rate} is in scope.
     *
     * @return the list of tensors that are changed, which must be read afterwards; empty where none
     *     is
     */
    Optional<String> write(ProgramText text) {
        List<String> weights = new ArrayList<>();
        List<String> operands = new ArrayList<>();
        boolean mask = regularizer.kind() == Regularizer.Kind.MASK;
        for (int i = 0; i < leaves.size(); i++) {
            Leaf leaf = leaves.get(i);
            Optional<String> strength = strength(leaf);
            if (strength.isPresent() && regularizer.kind() != Regularizer.Kind.SUBGRADIENT) {
                String weight = ProgramTensors.read(leaf.attribute());
                weights.add(weight);
                operands.add(
                        mask ? strength.get() : pull(text, "most" + i, weight, strength.get()));
            }
        }
        if (weights.isEmpty()) {
            return Optional.empty();
        }
        text.add("shrunk = " + ProgramText.list(weights));
        text.add(
                "torch._foreach_%s_(shrunk, %s)"
                        .formatted(mask ? "mul" : "sub", ProgramText.list(operands)));
        return Optional.of("shrunk");
    }

    /** {@code clamp(w, -r c, r c)}: what a proximal step takes away. */
    private static String pull(ProgramText text, String most, String weight, String strength) {
        text.add("%s = torch.mul(%s, rate)".formatted(most, strength));
        return "torch.minimum(torch.maximum(%s, torch.neg(%s)), %2$s)".formatted(weight, most);
    }

    private Optional<String> strength(Leaf leaf) {
        if (leaf.slot().kind() != Slot.Kind.WEIGHT) {
            return Optional.empty();
        }
        return Optional.ofNullable(regularizer.strengths().get(leaf.slot().name()))
                .map(
                        strength ->
                                ProgramTensors.read(
                                        programTensors.variable(
                                                new Slot(Slot.Kind.STRENGTH, leaf.slot().name()),
                                                strength)));
    }
}
