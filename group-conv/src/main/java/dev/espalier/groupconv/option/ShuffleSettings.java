package dev.espalier.groupconv.option;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * In which order channels are cut into groups.
 *
 * @param kind where the order comes from
 * @param sharing which sides of layers are to have one learned order
 * @param folded share of the permutations that cost no Gather at least, where sharing is mixed
 * @param restarts how often the search for a learned one begins anew
 * @param power what a place outside a block costs, from one cut to the next finer one
 */
@Withers
public record ShuffleSettings(
        @Option(value = "learned", help = "Where the order comes from") Kind kind,
        @Option(value = "mixed", help = "Which sides of layers have one learned order")
                OrderSharing sharing,
        @Option(
                        value = "0.8",
                        help =
                                "Share of the permutations that cost no Gather, where sharing is mixed",
                        min = 0,
                        max = 1)
                double folded,
        @Option(
                        value = "8",
                        help = "How often the search for a learned one begins anew",
                        min = 1,
                        max = 1000)
                int restarts,
        @Option(
                        value = "0.5",
                        help = "Cost of a place outside a block at the next finer cut",
                        min = 0,
                        max = 1)
                double power)
        implements ShuffleSettingsBuilder.With {
    /** Where the order of a layer's channels comes from. */
    public enum Kind {
        /** From its weights: that which keeps most of them, sought anew after each epoch. */
        LEARNED,
        /** Channels stay as they are. */
        NONE,
        /** ShuffleNet's: each group reads equally much of every group of the layer before. */
        SHUFFLENET,
        /** Drawn at random and held. */
        RANDOM
    }
}
