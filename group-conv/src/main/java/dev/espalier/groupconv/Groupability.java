package dev.espalier.groupconv;

import dev.espalier.core.data.Seeds;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Progress;
import dev.espalier.groupconv.structure.GroupStructure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * What a convolution would keep of its weights if it were cut into groups as it is, without any
 * training, by the best shuffle that was found.
 *
 * @param layer label of the node
 * @param norms its matrix S
 * @param kept share of all norms that lies within 1, 2, 4, .. groups, up to the most that are
 *     possible
 * @param structure the finest groups; coarser ones are runs of them
 */
public record Groupability(
        String layer, NormMatrix norms, List<Double> kept, GroupStructure structure) {
    /** How often the search for a shuffle begins anew. */
    public static final int RESTARTS = 8;

    /** What the cost of a place is multiplied by from one cut to the next finer one. */
    public static final double POWER = 0.5;

    public Groupability {
        kept = List.copyOf(kept);
    }

    /**
     * The convolutions of {@code model} that can be cut.
     *
     * @param refused told the label of every other convolution, and why it stays dense
     * @param progress of the search, which takes minutes where layers have thousands of channels
     */
    public static List<Groupability> of(
            Model model, long seed, BiConsumer<String, String> refused, Progress progress) {
        List<GroupableLayer> layers = GroupableLayer.of(model, refused);
        List<Groupability> found = new ArrayList<>();
        long beginnings = (long) layers.size() * RESTARTS;
        try (Progress.Task task = progress.begin("search shuffles", beginnings, "beginnings")) {
            for (GroupableLayer layer : layers) {
                long own = Seeds.mix(seed, found.size());
                ShuffleSearch search =
                        new ShuffleSearch(RESTARTS, ShuffleSearch.SWEEPS, POWER, own);
                NormMatrix norms = layer.norms(model);
                found.add(of(layer, norms, search.find(norms, task)));
            }
        }
        return found;
    }

    private static Groupability of(GroupableLayer layer, NormMatrix norms, Shuffle shuffle) {
        List<Double> kept = shuffle.kept(norms);
        GroupStructure finest = shuffle.structure(1 << kept.size() - 1);
        return new Groupability(layer.label(), norms, kept, finest);
    }

    /**
     * The most groups that keep at least {@code share}: {@code 2^max{j : kept_j >= share}}.
     *
     * @param share from 0 to 1
     */
    public int groups(double share) {
        return 1 << level(kept, share);
    }

    /** The last of {@code kept} that is at least {@code share}; 0 where only the first is. */
    static int level(List<Double> kept, double share) {
        int level = 0;
        for (int j = 1; j < kept.size(); j++) {
            level = kept.get(j) >= share ? j : level;
        }
        return level;
    }

    /** S with rows and columns in the order of the structure. */
    public NormMatrix shuffled() {
        return norms.ordered(structure.outputs(), structure.inputs());
    }
}
