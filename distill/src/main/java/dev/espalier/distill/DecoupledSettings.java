package dev.espalier.distill;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * Soft targets in two parts; see {@link DecoupledTargets}.
 *
 * @param weight of the term; 0 for none
 * @param alpha weight of the label's class against all others
 * @param beta weight of the others among themselves
 */
@Withers
public record DecoupledSettings(
        @Option(value = "0", help = "Weight of this term of the loss", min = 0) double weight,
        @Option(value = "1", help = "Weight of the label's class against all others", min = 0)
                double alpha,
        @Option(value = "8", help = "Weight of the other classes among themselves", min = 0)
                double beta)
        implements DecoupledSettingsBuilder.With {}
