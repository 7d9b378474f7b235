package dev.espalier.train.regime;

import dev.espalier.core.pass.Option;

/**
 * Stochastic gradient descent with Nesterov's momentum, in PyTorch's form: {@code g += decay w; m =
 * momentum m + g; w -= rate (g + momentum m)}. Weights of one axis (biases, the scale and shift of
 * norms) do not decay.
 *
 * @param momentum share of the last step that goes into the next
 * @param weightDecay L2 penalty
 * @param warmup epochs over which the learning rate rises linearly from 0
 */
public record OptimizerSettings(
        @Option(
                        value = "0.9",
                        help = "Share of the last step that goes into the next",
                        min = 0,
                        max = 1)
                double momentum,
        @Option(value = "0.0005", help = "L2 penalty on weights, not on biases and norms", min = 0)
                double weightDecay,
        @Option(value = "1", help = "Epochs over which the learning rate rises from 0", min = 0)
                double warmup) {
    public static final OptimizerSettings DEFAULT = new OptimizerSettings(0.9, 5e-4, 1);
}
