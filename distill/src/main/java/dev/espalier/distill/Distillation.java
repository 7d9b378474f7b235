package dev.espalier.distill;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.train.Trainer;
import dev.espalier.train.TrainingPlan;
import dev.espalier.train.regime.Regime;
import java.util.List;

/**
 * Fine-tunes the network so that it answers as the network that the recipe began with does: mostly
 * after {@code prune}, to win back what was lost.
 *
 * <pre>
 *   images ──► student ──► cross entropy with the labels      weight 1 - a
 *          └─► teacher ──► divergence at temperature T        weight a
 * </pre>
 *
 * <p>Takes classifiers [N, K] with the same inputs and classes as the teacher. Refuses what {@code
 * train} refuses. The weights after the last epoch are the result.
 */
@PassInfo(
        id = "distill",
        summary = "Fine-tunes the network under the original one as its teacher.",
        paper = "Hinton et al., Distilling the Knowledge in a Neural Network, 2015")
public record Distillation(
        @Option(value = "10", help = "Passes over the training data", min = 0, max = 10000)
                int epochs,
        @Option(value = "0.05", help = "Highest learning rate", min = 0, max = 100)
                double learningRate,
        @Option(value = "4", help = "Divides the scores of both networks", min = 0.01, max = 1000)
                double temperature,
        @Option(value = "0.9", help = "Share of the teacher's scores in the loss", min = 0, max = 1)
                double weight,
        @Option(help = "How the network is trained") Regime regime)
        implements Pass {
    @Override
    public boolean needsData() {
        return true;
    }

    /** Training changes no structure. */
    @Override
    public Model preview(Model model, PassContext context) {
        context.note("would fine-tune for " + epochs + " epochs under the original network");
        return model;
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Model teacher = context.original();
        requireSameTask(model, teacher, context);
        TrainingPlan plan = new TrainingPlan(epochs, learningRate, regime);
        return new Trainer(plan, new DistillationLoss(teacher, temperature, weight), context)
                .train(model);
    }

    private static void requireSameTask(Model student, Model teacher, PassContext context) {
        List<String> inputs = names(student);
        if (!inputs.equals(names(teacher))) {
            throw new UnsupportedModelException(
                    "the original network has the inputs %s, this one %s; a teacher reads what its student reads"
                            .formatted(names(teacher), inputs));
        }
        Shape taught = scores(teacher, context);
        Shape learned = scores(student, context);
        if (!taught.equals(learned)) {
            throw new UnsupportedModelException(
                    "the original network's first output is %s, this one's %s; both must score the same classes"
                            .formatted(taught, learned));
        }
    }

    private static List<String> names(Model model) {
        return model.graph().feeds().stream().map(Value::name).toList();
    }

    private static Shape scores(Model model, PassContext context) {
        return ShapeInference.of(model, context.inputShapes())
                .shape(model.graph().outputs().get(0).name());
    }
}
