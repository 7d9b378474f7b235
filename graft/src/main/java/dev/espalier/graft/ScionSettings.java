package dev.espalier.graft;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.internal.joint.Exchange;

/**
 * What is grafted between two epochs.
 *
 * @param kind where it comes from
 * @param blend how much a layer keeps of its own, where it comes from another network
 * @param threshold filters with a smaller L1 norm are invalid: they are what internal and noise
 *     graft onto, and what the report counts before and after
 * @param noise a in the standard deviation {@code a^t} of noise after epoch t = 1, 2, ..
 */
@Withers
public record ScionSettings(
        @Option(value = "external", help = "Where the grafted weights come from") Scion kind,
        @Option(help = "How much each layer keeps of its own, with external") BlendSettings blend,
        @Option(value = "0.1", help = "Filters of a smaller L1 norm are invalid", min = 0)
                double threshold,
        @Option(
                        value = "0.5",
                        help = "Base of the standard deviation, a power of it, with noise",
                        min = 0,
                        max = 1)
                double noise)
        implements ScionSettingsBuilder.With {
    /** What does it in a pass that runs in {@code context}. */
    Exchange exchange(PassContext context) {
        return switch (kind) {
            case EXTERNAL -> new RingGraft(blend, context.inputShapes());
            case INTERNAL -> new InternalGraft(threshold);
            case NOISE -> new NoiseGraft(threshold, noise, context.seed());
        };
    }
}
