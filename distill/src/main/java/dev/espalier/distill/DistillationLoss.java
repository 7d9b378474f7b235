package dev.espalier.distill;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.loss.AuxiliarySettings;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.loss.FeatureMaps;
import dev.espalier.train.loss.SoftTargets;
import dev.espalier.train.loss.WeightedSum;
import dev.espalier.train.loss.WeightedSum.Weighted;
import java.util.List;

/**
 * What the student minimises: a sum of terms by their weights, of which those of weight 0 cost
 * nothing.
 *
 * @param labels weight of {@link CrossEntropy} with the labels
 * @param smoothing share of a label that is spread over all classes
 * @param kl weight of {@link SoftTargets}
 * @param temperature divides the scores of all networks in {@code kl} and {@code dkd}
 * @param dkd {@link DecoupledTargets}, in place of {@code kl} rather than beside it
 * @param scores weight of {@link RawScores}; the only term for networks that are no classifiers
 * @param features {@link Hints}
 * @param attention {@link AttentionTransfer}
 * @param auxiliary classifiers inside the student
 */
@Withers
public record DistillationLoss(
        @Option(value = "0.1", help = "Weight of the labels' cross entropy; 0 needs none", min = 0)
                double labels,
        @Option(value = "0", help = "Share of a label spread over all classes", min = 0, max = 1)
                double smoothing,
        @Option(value = "0.9", help = "Weight of the teacher's probabilities", min = 0) double kl,
        @Option(
                        value = "4",
                        help = "Divides the scores of both networks in kl and dkd",
                        min = 0.01,
                        max = 1000)
                double temperature,
        @Option(help = "The teacher's probabilities, the label's class apart from the others")
                DecoupledSettings dkd,
        @Option(
                        value = "0",
                        help = "Weight of the squared difference of all raw outputs; 0.3 is usual",
                        min = 0)
                double scores,
        @Option(help = "Feature maps of the student shall be the teacher's")
                FeatureSettings features,
        @Option(help = "The student shall look where the teacher looks") FeatureSettings attention,
        @Option(help = "Classifiers inside the student, thrown away afterwards")
                AuxiliarySettings auxiliary)
        implements DistillationLossBuilder.With {
    public DistillationLoss {
        if (labels + kl + dkd.weight() + scores + features.weight() + attention.weight() <= 0) {
            throw new InvalidOptionException(
                    "nothing would be learnt from labels or teacher: set labels, kl, dkd, scores,"
                            + " features or attention above 0");
        }
    }

    /** Whether the first output has to hold class scores [N, K]. */
    boolean needsClasses() {
        return needsLabels() || kl > 0;
    }

    /** Whether examples have to have labels. */
    boolean needsLabels() {
        return labels > 0 || dkd.weight() > 0 || auxiliary.weight() > 0;
    }

    /** Whether the teachers' outputs are read. */
    boolean readsScores() {
        return kl > 0 || dkd.weight() > 0 || scores > 0;
    }

    /** The loss of {@code student}; notes which of its values are compared. */
    WeightedSum terms(Model student, List<Model> teachers, PassContext context) {
        return new WeightedSum(
                List.of(
                        new Weighted(labels, new CrossEntropy(smoothing)),
                        new Weighted(kl, new SoftTargets(temperature)),
                        new Weighted(
                                dkd.weight(),
                                new DecoupledTargets(temperature, dkd.alpha(), dkd.beta())),
                        new Weighted(scores, new RawScores()),
                        new Weighted(
                                features.weight(),
                                new Hints(
                                        pairs(features, "features", student, teachers, context),
                                        context.seed())),
                        new Weighted(
                                attention.weight(),
                                new AttentionTransfer(
                                        pairs(attention, "attention", student, teachers, context))),
                        auxiliary.term(student, smoothing, context)),
                teachers);
    }

    private static List<FeaturePair> pairs(
            FeatureSettings settings,
            String name,
            Model student,
            List<Model> teachers,
            PassContext context) {
        if (settings.weight() == 0) {
            return List.of();
        }
        List<FeaturePair> pairs =
                settings.pairs(maps(student, context), maps(teachers.get(0), context));
        context.note(
                "%s compared at %s"
                        .formatted(
                                name,
                                String.join(
                                        ", ", pairs.stream().map(FeaturePair::toString).toList())));
        return pairs;
    }

    private static FeatureMaps maps(Model model, PassContext context) {
        return new FeatureMaps(model, ShapeInference.of(model, context.inputShapes()));
    }
}
