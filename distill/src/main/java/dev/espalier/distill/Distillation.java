package dev.espalier.distill;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.Trainer;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.util.List;

/**
 * Fine-tunes the network so that it answers as its teachers do, which is the network that the
 * recipe began with unless others are named: mostly after {@code prune}, to win back what was lost.
 *
 * <pre>
 *   images ──► student ──► cross entropy with the labels      labels: 0.1
 *          └─► teacher ──► divergence at temperature T        kl: 0.9, temperature: 4
 *                      └─► further terms                      dkd, scores, features, attention
 * </pre>
 *
 * <p>Several teachers are averaged: their probabilities in {@code kl} and {@code dkd}, their
 * outputs in {@code scores}; {@code features} and {@code attention} follow the first.
 *
 * <p>With {@code loss: {labels: 0}} no example needs a label: the teacher alone is learnt from, and
 * progress tells how often student and teacher name the same class. Networks that are no
 * classifiers learn with {@code loss: {labels: 0, kl: 0, scores: 1}}, all their float outputs at
 * once. Refuses what {@code train} refuses. The weights after the last epoch are the result.
 */
@PassInfo(
        id = "distill",
        summary = "Fine-tunes the network under the original one, or others, as its teacher.",
        paper = "Hinton et al., Distilling the Knowledge in a Neural Network, 2015")
@Withers
public record Distillation(
        @Option(value = "10", help = "Passes over the training data", min = 0, max = 10000)
                int epochs,
        @Option(value = "0.05", help = "Highest learning rate", min = 0, max = 100)
                double learningRate,
        @Option(help = "What is learnt, and how much each part weighs") DistillationLoss loss,
        @Option(
                        value = "[original]",
                        help = "ONNX files of the teachers; original is the recipe's own network")
                List<String> teachers,
        @Option(help = "How the network is trained") Regime regime)
        implements Pass, DistillationBuilder.With {
    public Distillation {
        teachers = List.copyOf(teachers);
        if (teachers.isEmpty()) {
            throw new InvalidOptionException(
                    "teachers is empty; name files, or 'original' for the recipe's own network");
        }
    }

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public boolean recovers() {
        return epochs > 0;
    }

    @Override
    public List<String> models() {
        return teachers.stream().filter(name -> !name.equals(Teachers.ORIGINAL)).toList();
    }

    @Override
    public Distillation withModels(List<String> files) {
        List<String> left = new java.util.ArrayList<>(files);
        return withTeachers(
                teachers.stream()
                        .map(name -> name.equals(Teachers.ORIGINAL) ? name : left.remove(0))
                        .toList());
    }

    /** Training changes no structure. */
    @Override
    public Model preview(Model model, PassContext context) {
        context.note(
                "would fine-tune for %s epochs under %s"
                        .formatted(
                                epochs,
                                models().isEmpty()
                                        ? "the original network"
                                        : String.join(", ", teachers)));
        return model;
    }

    @Override
    public Model apply(Model model, PassContext context) {
        List<Model> taught = new Teachers(model, loss, context).named(teachers);
        if (loss.needsLabels() && context.data().training().classes() == 0) {
            throw new DataException(
                    "the loss reads labels, and the training examples have none; to learn from the"
                            + " teacher alone set loss: {labels: 0}, and no dkd or auxiliary");
        }
        TrainingPlan plan = new TrainingPlan(epochs, learningRate, regime);
        return new Trainer(plan, loss.terms(model, taught, context), context).train(model);
    }
}
