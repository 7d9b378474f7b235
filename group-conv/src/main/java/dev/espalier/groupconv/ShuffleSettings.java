package dev.espalier.groupconv;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Seeds;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Withers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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

    /**
     * The orders to begin with.
     *
     * @param groups that a fixed order is made for, of each layer
     */
    List<Shuffle> first(
            List<JointSearch.Member> members, List<Integer> groups, long seed, Progress progress) {
        if (kind == Kind.LEARNED) {
            return search(seed).find(members, progress);
        }
        List<Shuffle> shuffles = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            NormMatrix norms = members.get(i).norms();
            shuffles.add(fixed(norms.rows(), norms.columns(), groups.get(i), Seeds.mix(seed, i)));
        }
        return shuffles;
    }

    /** Which sides of layers have one order. Only learned ones may differ by what they cost. */
    SharedOrders orders(
            Model model,
            List<GroupableLayer> layers,
            InputShapes shapes,
            long seed,
            Progress progress) {
        boolean mixes = kind == Kind.LEARNED && sharing == OrderSharing.MIXED;
        return mixes && !layers.isEmpty()
                ? new MixedOrders(model, layers, shapes).of(this, seed, progress)
                : SharedOrders.of(model, layers, sharing, shapes);
    }

    /** From several beginnings. */
    JointSearch search(long seed) {
        return new JointSearch(new ShuffleSearch(restarts, ShuffleSearch.SWEEPS, power, seed));
    }

    private Shuffle fixed(int outputs, int inputs, int groups, long seed) {
        return switch (kind) {
            case LEARNED, NONE -> Shuffle.none(outputs, inputs);
            case SHUFFLENET -> Shuffle.interleaved(outputs, inputs, groups);
            case RANDOM -> ShuffleSearch.random(outputs, inputs, new Random(seed));
        };
    }

    /** The orders after some training, from those before. */
    List<Shuffle> refreshed(List<JointSearch.Member> members, List<Shuffle> before) {
        return kind == Kind.LEARNED
                ? new JointSearch(new ShuffleSearch(1, ShuffleSearch.SWEEPS / 2, power, 0))
                        .refine(members, before)
                : before;
    }
}
