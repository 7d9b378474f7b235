package dev.espalier.groupconv;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Seeds;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Progress;
import dev.espalier.groupconv.option.OrderSharing;
import dev.espalier.groupconv.option.ShuffleSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The orders of channels that settings ask for, before training and during it. */
record ChannelOrders(ShuffleSettings settings) {
    /**
     * The orders to begin with.
     *
     * @param groups that a fixed order is made for, of each layer
     */
    List<Shuffle> first(
            List<JointSearch.Member> members, List<Integer> groups, long seed, Progress progress) {
        if (settings.kind() == ShuffleSettings.Kind.LEARNED) {
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
        boolean mixes =
                settings.kind() == ShuffleSettings.Kind.LEARNED
                        && settings.sharing() == OrderSharing.MIXED;
        return mixes && !layers.isEmpty()
                ? new MixedOrders(model, layers, shapes).of(settings, seed, progress)
                : SharedOrders.of(model, layers, settings.sharing(), shapes);
    }

    /** From several beginnings. */
    JointSearch search(long seed) {
        return new JointSearch(
                new ShuffleSearch(
                        settings.restarts(), ShuffleSearch.SWEEPS, settings.power(), seed));
    }

    private Shuffle fixed(int outputs, int inputs, int groups, long seed) {
        return switch (settings.kind()) {
            case LEARNED, NONE -> Shuffle.none(outputs, inputs);
            case SHUFFLENET -> Shuffle.interleaved(outputs, inputs, groups);
            case RANDOM -> ShuffleSearch.random(outputs, inputs, new Random(seed));
        };
    }

    /** The orders after some training, from those before. */
    List<Shuffle> refreshed(List<JointSearch.Member> members, List<Shuffle> before) {
        return settings.kind() == ShuffleSettings.Kind.LEARNED
                ? new JointSearch(
                                new ShuffleSearch(1, ShuffleSearch.SWEEPS / 2, settings.power(), 0))
                        .refine(members, before)
                : before;
    }
}
