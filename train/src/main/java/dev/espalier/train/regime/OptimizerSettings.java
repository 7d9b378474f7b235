package dev.espalier.train.regime;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.recipe.Options;

/**
 * How weights move along their gradients g at the learning rate r.
 *
 * <p>{@code sgd}, stochastic gradient descent with Nesterov's momentum in PyTorch's form, for
 * learning rates near 0.1:
 *
 * <pre>
 *   g += decay w
 *   m = momentum m + g
 *   w -= r (g + momentum m)
 * </pre>
 *
 * <p>{@code adamw}, Adam with decoupled decay (Loshchilov and Hutter, Decoupled Weight Decay
 * Regularization, 2019), in step t = 1, 2, .., for learning rates near 0.001 and decays near 0.05:
 *
 * <pre>
 *   w -= r decay w
 *   m = momentum m + (1 - momentum) g
 *   v = b v + (1 - b) g^2                            b = second-momentum
 *   w -= r (m / (1 - momentum^t)) / (sqrt(v / (1 - b^t)) + 1e-8)
 * </pre>
 *
 * <p>Vectors do not decay: biases, the scale and shift of norms, slopes of PRelu; a vector is a
 * weight with at most one axis longer than 1.
 *
 * @param momentum share of the last steps that goes into the next
 * @param secondMomentum the same for the squares of gradients, with adamw
 * @param weightDecay pull of weights towards 0
 * @param clip greatest L2 norm of all gradients together; longer ones are shortened to it before
 *     anything else. 0 for any. See Pascanu et al., On the difficulty of training recurrent neural
 *     networks, 2013
 */
@Withers
public record OptimizerSettings(
        @Option(value = "sgd", help = "How gradients become steps") Kind kind,
        @Option(
                        value = "0.9",
                        help = "Share of the last steps that goes into the next",
                        min = 0,
                        max = 1)
                double momentum,
        @Option(
                        value = "0.999",
                        help = "Share of the last squared gradients in their mean, with adamw",
                        min = 0,
                        max = 1)
                double secondMomentum,
        @Option(
                        value = "0.0005",
                        help = "Pull of weights towards 0, not of biases and norms",
                        min = 0)
                double weightDecay,
        @Option(value = "0", help = "Greatest norm of all gradients together, 0 for any", min = 0)
                double clip)
        implements OptimizerSettingsBuilder.With {
    /** Rules of descent. */
    public enum Kind {
        SGD,
        ADAMW
    }

    /** Nesterov's descent, without a limit to gradients. */
    public static OptimizerSettings sgd(double momentum, double weightDecay) {
        return Options.defaults(OptimizerSettings.class)
                .withKind(Kind.SGD)
                .withMomentum(momentum)
                .withWeightDecay(weightDecay);
    }

    /** Adam with decoupled decay and its usual moments, without a limit to gradients. */
    public static OptimizerSettings adamw(double weightDecay) {
        return Options.defaults(OptimizerSettings.class)
                .withKind(Kind.ADAMW)
                .withWeightDecay(weightDecay);
    }
}
