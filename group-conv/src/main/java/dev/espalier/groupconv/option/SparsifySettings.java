package dev.espalier.groupconv.option;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * The training that draws weights outside of groups to zero, at a constant learning rate after the
 * regime's warm-up and without decay of weights. The penalty of layer l is
 *
 * <pre>
 *   lambda mean|W| sum_(o, i) R_g[o, i] ||W[o, i, :, :]||_1
 * </pre>
 *
 * <p>with rows and columns in the order of the shuffle. The paper has no mean|W|, the layer's mean
 * magnitude after the epoch before: behind a batch normalization a layer computes the same whatever
 * the scale of its weights, and so shall the penalty do.
 *
 * @param epochs 0 for none
 * @param learningRate constant after a warm-up, which is of one epoch unless the regime says
 *     otherwise: at once, it would destroy what a network knows whose batch normalization was
 *     folded
 * @param step how weights follow the penalty
 * @param warmup epochs before the penalty acts; a trained network needs none
 * @param lambdaStep by which lambda changes after an epoch, and with which it begins. The authors
 *     take 2e-6 over 100 epochs from scratch
 * @param threshold share of its weights that a layer may lose to be cut once more
 */
@Withers
public record SparsifySettings(
        @Option(
                        value = "6",
                        help = "Passes over the training data, 0 for none",
                        min = 0,
                        max = 10000)
                int epochs,
        @Option(
                        value = "0.02",
                        help = "Learning rate after the regime's warm-up",
                        min = 0,
                        max = 100)
                double learningRate,
        @Option(value = "proximal", help = "How weights follow the penalty") Step step,
        @Option(value = "0", help = "Epochs before the penalty acts", min = 0, max = 10000)
                int warmup,
        @Option(
                        value = "0.05",
                        help = "By which lambda changes after an epoch, and begins",
                        min = 0,
                        max = 1000)
                double lambdaStep,
        @Option(
                        value = "0.1",
                        help = "Share of its weights that a layer may lose to be cut once more",
                        min = 0,
                        max = 1)
                double threshold)
        implements SparsifySettingsBuilder.With {
    /** How weights follow the penalty. */
    public enum Step {
        /** They shrink after each of the optimizer's steps, down to 0. */
        PROXIMAL,
        /** Its sub-gradient joins the gradient, as in the paper. */
        SUBGRADIENT
    }
}
