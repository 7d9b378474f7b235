package dev.espalier.train.loss;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.program.Objective;
import java.util.List;

/**
 * What training without a teacher minimises.
 *
 * @param kind how the first output is compared with what the examples say
 * @param smoothing share of a class label that is spread over all classes
 * @param auxiliary classifiers inside the network
 */
@Withers
public record LossSettings(
        @Option(value = "cross-entropy", help = "Of class labels, or mse | l1 of float targets")
                Kind kind,
        @Option(value = "0", help = "Share of the target spread over all classes", min = 0, max = 1)
                double smoothing,
        @Option(help = "Classifiers inside the network, thrown away afterwards")
                AuxiliarySettings auxiliary)
        implements LossSettingsBuilder.With {
    /** A comparison of outputs with what the examples say. */
    public enum Kind {
        /** Of class labels; see {@link CrossEntropy}. */
        CROSS_ENTROPY,
        /** Mean squared error of float targets; see {@link TargetDifference}. */
        MSE,
        /** Mean absolute error of float targets; see {@link TargetDifference}. */
        L1
    }

    public LossSettings {
        if (kind != Kind.CROSS_ENTROPY && (smoothing > 0 || auxiliary.weight() > 0)) {
            throw new InvalidOptionException(
                    "smoothing and auxiliary classifiers need class labels, and the kind is "
                            + kind.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    /** The loss of {@code model}. */
    public Objective objective(Model model, PassContext context) {
        if (kind != Kind.CROSS_ENTROPY) {
            return new TargetDifference(kind == Kind.MSE);
        }
        return new WeightedSum(
                List.of(
                        new WeightedSum.Weighted(1, new CrossEntropy(smoothing)),
                        auxiliary.term(model, smoothing, context)),
                List.of());
    }
}
