package dev.espalier.train.program;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.train.regime.OptimizerSettings;
import dev.espalier.train.regime.Regime;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the method {@code step}: gradients of all parts, the optimizer, the regularizer, the
 * average of weights.
 *
 * <p>Torch drops the writes of a kernel to the tensors of a list as dead code, unless the list is
 * read afterwards. The step therefore returns how many tensors its lists hold.
 */
final class StepWriter {
    /** Results of {@code part} before its gradients. */
    private static final int FIGURES = 2;

    private final Model model;
    private final Regime regime;
    private final ProgramTensors programTensors;
    private final List<Leaf> leaves;
    private final List<String> answers;
    private final Shrinkage shrinkage;

    StepWriter(
            Model model,
            Regime regime,
            ProgramTensors programTensors,
            TrainingLoss loss,
            Regularizer regularizer) {
        this.model = model;
        this.regime = regime;
        this.programTensors = programTensors;
        this.leaves = loss.leaves();
        this.answers = loss.answers();
        this.shrinkage = new Shrinkage(regularizer, programTensors, leaves);
    }

    void write(ProgramText text, int parts) {
        List<String> parameters = TorchProgram.parameters(model);
        parameters.add("labels: Tensor");
        parameters.add("rate: Tensor");
        if (isMixing()) {
            parameters.add(MixtureWriter.ARGUMENT + ": Tensor");
        }
        answers.forEach(answer -> parameters.add(answer + ": Tensor"));
        text.method("step", parameters, "Tensor");
        text.add("total = " + part(parts, 0));
        text.add("torch.set_grad_enabled(False)");
        for (int i = 1; i < parts; i++) {
            text.add("total = torch._foreach_add(total, " + part(parts, i) + ")");
        }
        List<String> gradients = new ArrayList<>();
        for (int i = 0; i < leaves.size(); i++) {
            String gradient = "total[" + (i + FIGURES) + "]";
            gradients.add(shrinkage.gradient(gradient, leaves.get(i), parts));
        }
        count(text);
        List<String> changed =
                new ArrayList<>(
                        new Descent(regime.optimizer(), programTensors, leaves)
                                .write(text, gradients, parts));
        shrinkage.write(text).ifPresent(changed::add);
        if (regime.averaging() > 0) {
            changed.add(average(text));
        }
        text.add(
                "changed = torch.full_like(total[0], float(%s))"
                        .formatted(
                                String.join(
                                        " + ",
                                        changed.stream()
                                                .map("torch.len(%s)"::formatted)
                                                .toList())));
        text.add(
                "return torch.stack([torch.div(total[0], %s), total[1], changed])"
                        .formatted(TorchWriter.real(parts)));
    }

    private String part(int parts, int position) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < model.graph().feeds().size(); i++) {
            arguments.add(share("x" + i, parts, position));
        }
        arguments.add(share("labels", parts, position));
        if (isMixing()) {
            arguments.add(MixtureWriter.ARGUMENT);
        }
        answers.forEach(answer -> arguments.add(share(answer, parts, position)));
        return "self.part(" + String.join(", ", arguments) + ")";
    }

    private boolean isMixing() {
        return regime.augmentation().mixing().isOn();
    }

    private static String share(String argument, int parts, int position) {
        return parts == 1
                ? argument
                : "torch.chunk(%s, %s)[%s]".formatted(argument, parts, position);
    }

    /** Leaves the number of earlier steps in {@code past}, that of steps in {@code steps}. */
    private void count(ProgramText text) {
        if (regime.averaging() > 0 || regime.optimizer().kind() == OptimizerSettings.Kind.ADAMW) {
            Slot slot = new Slot(Slot.Kind.COUNT, "steps");
            String count = "self." + programTensors.variable(slot, Tensor.ofFloats(Shape.of(), 0));
            text.add("past = float(" + count + ")");
            text.add("steps = torch.add_(" + count + ", 1.)");
        }
    }

    /** See {@link Regime#averaging}. */
    private String average(ProgramText text) {
        List<String> averages = new ArrayList<>();
        List<String> weights = new ArrayList<>();
        for (Leaf leaf : leaves) {
            if (leaf.slot().kind() == Slot.Kind.WEIGHT) {
                Slot slot = new Slot(Slot.Kind.AVERAGE, leaf.slot().name());
                Tensor start = model.graph().constant(slot.name()).orElseThrow();
                averages.add(ProgramTensors.read(programTensors.variable(slot, start)));
                weights.add(ProgramTensors.read(leaf.attribute()));
            }
        }
        text.add("averages = " + ProgramText.list(averages));
        text.add(
                "decay = min(%s, (1. + past) / (10. + past))"
                        .formatted(TorchWriter.real(regime.averaging())));
        text.add(
                "torch._foreach_lerp_(averages, %s, 1. - decay)"
                        .formatted(ProgramText.list(weights)));
        return "averages";
    }
}
