package dev.espalier.quantize.option;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * How rounding is learned; see {@code round-weights}.
 *
 * @param samples of the calibration data
 * @param iterations of gradient descent in each layer
 * @param pressure weight of the regularizer that pushes every weight to an integer
 */
@Withers
public record LearningSettings(
        @Option(value = "512", min = 1, help = "Calibration samples that outputs are kept on.")
                int samples,
        @Option(
                        value = "1000",
                        min = 0,
                        help = "Steps of gradient descent in each layer; time grows with them.")
                int iterations,
        @Option(
                        value = "0.1",
                        min = 0,
                        max = 100,
                        help = "Weight of the regularizer that pushes each weight to an integer.")
                double pressure)
        implements LearningSettingsBuilder.With {}
