package dev.espalier.groupconv;

import dev.espalier.core.data.Seeds;
import dev.espalier.core.pass.Option;
import java.util.Random;

/**
 * In which order channels are cut into groups.
 *
 * @param kind where the order comes from
 * @param restarts how often the search for a learned one begins anew
 * @param power what a place outside a block costs, from one cut to the next finer one
 */
public record ShuffleSettings(
        @Option(value = "learned", help = "Where the order comes from") Kind kind,
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
                double power) {
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

    public static final ShuffleSettings DEFAULT =
            new ShuffleSettings(Kind.LEARNED, Groupability.RESTARTS, Groupability.POWER);

    /** These settings with an order from elsewhere. */
    public ShuffleSettings of(Kind other) {
        return new ShuffleSettings(other, restarts, power);
    }

    /**
     * The order to begin with.
     *
     * @param seed of the layer
     * @param groups that a fixed order is made for
     */
    Shuffle first(NormMatrix norms, long seed, int groups) {
        return switch (kind) {
            case LEARNED ->
                    new ShuffleSearch(restarts, ShuffleSearch.SWEEPS, power, seed).find(norms);
            case NONE -> Shuffle.none(norms.rows(), norms.columns());
            case SHUFFLENET -> Shuffle.interleaved(norms.rows(), norms.columns(), groups);
            case RANDOM ->
                    ShuffleSearch.random(
                            norms.rows(), norms.columns(), new Random(Seeds.mix(seed, 0)));
        };
    }

    /** The order after some training, from the one before. */
    Shuffle refreshed(NormMatrix norms, Shuffle before) {
        return kind == Kind.LEARNED
                ? new ShuffleSearch(1, ShuffleSearch.SWEEPS / 2, power, 0).refine(norms, before)
                : before;
    }
}
