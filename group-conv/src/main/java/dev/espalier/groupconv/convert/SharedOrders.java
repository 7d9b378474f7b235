package dev.espalier.groupconv.convert;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.AxisChannels;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ChannelOrder;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which permutations of a model's layers meet on the same channels. Where the layers of one entry
 * learn one order together, {@link GroupConversion} folds all of these permutations away; where
 * each learns its own, all but those of one order stay as Gathers.
 *
 * <p>With S_l [Co, Ci] the importances of layer l and R_l [Co, Ci] its costs, one order π for all
 * sides of an entry is found like P and Q of a single layer, by one linear assignment with the
 * costs of all sides added up, everything else held:
 *
 * <pre>
 *   M[position, channel] = Σ over OUTPUTS sides l of Σ_j R_l[position, j] · S_l[channel, Q_l(j)]
 *                        + Σ over INPUTS  sides l of Σ_r R_l[r, position] · S_l[P_l(r), channel]
 * </pre>
 *
 * <p>A layer both of whose sides are in one entry has that order on both sides and is linearised
 * around the current one. What must not be overlooked: where the permutations of all layers are
 * shared, groups never mix, and the network is G networks side by side. Some entries have to be
 * left apart, mostly that between the two convolutions of every other residual block: give its
 * INPUTS sides an order of their own, and one Gather stays there.
 */
public final class SharedOrders {
    /** Which of a layer's two permutations is meant. */
    public enum Side {
        /** P, of the rows of the weight. */
        OUTPUTS,
        /** Q, of the columns of the weight. */
        INPUTS
    }

    /**
     * One permutation of one layer.
     *
     * @param layer the name of the Conv as it was asked for
     */
    public record LayerSide(String layer, Side side) {}

    /**
     * Channels with the permutations that meet on them; channel i is index i of every side.
     *
     * @param channels how many there are
     * @param isFree whether they may stand in any order; false where something pins them, a group
     *     convolution that is there already has them, or they are joined from several places, so
     *     that a permutation mostly costs a Gather
     * @param sides in the order of the layers given
     */
    public record Entry(int channels, boolean isFree, List<LayerSide> sides) {
        public Entry {
            sides = List.copyOf(sides);
        }
    }

    private final List<Entry> entries;

    private SharedOrders(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * The permutations of {@code layers}, each in one entry.
     *
     * @param layers names of Convs, or first outputs where they have none
     * @throws IllegalArgumentException where no Conv is called so
     */
    public static SharedOrders of(Model model, InputShapes shapes, Collection<String> layers) {
        DenseForm form = DenseForm.of(model, shapes);
        ChannelGroups groups = ChannelGroups.of(form.model(), shapes);
        Map<Axis, AxisChannels> channels = AxisChannels.of(groups);
        Set<Integer> pinned = pinned(form, groups, channels);
        Map<Object, List<LayerSide>> sides = new LinkedHashMap<>();
        Map<Object, Integer> sizes = new LinkedHashMap<>();
        for (String layer : layers) {
            Node conv = Convolutions.find(form.model().graph(), layer);
            for (Side side : Side.values()) {
                LayerSide each = new LayerSide(layer, side);
                Axis axis = new Axis(conv.input(1), side == Side.OUTPUTS ? 0 : 1);
                int size = (int) groups.types().shape(axis.value()).size(axis.axis());
                OptionalInt group = whole(channels.get(axis), groups, size);
                boolean isFree = group.isPresent() && !pinned.contains(group.getAsInt());
                Object key = isFree ? (Object) group.getAsInt() : each;
                sides.computeIfAbsent(key, k -> new ArrayList<>()).add(each);
                sizes.put(key, size);
            }
        }
        List<Entry> entries = new ArrayList<>();
        sides.forEach(
                (key, found) ->
                        entries.add(new Entry(sizes.get(key), key instanceof Integer, found)));
        return new SharedOrders(List.copyOf(entries));
    }

    /** Groups of channels that keep their order, or lie in the groups of a convolution already. */
    private static Set<Integer> pinned(
            DenseForm form, ChannelGroups groups, Map<Axis, AxisChannels> channels) {
        Set<Integer> pinned = new HashSet<>();
        ChannelOrder.kept(groups).keySet().forEach(g -> pinned.add(groups.groups().indexOf(g)));
        for (Node node : form.model().graph().nodes()) {
            for (int axis = 0; axis < 2 && form.groups().containsKey(node.output(0)); axis++) {
                AxisChannels along = channels.get(new Axis(node.input(1), axis));
                for (int i = 0; along != null && i < along.size(); i++) {
                    pinned.add(along.group(i));
                }
            }
        }
        return pinned;
    }

    /** The group that an axis is made of, each channel once and in its place. */
    private static OptionalInt whole(AxisChannels along, ChannelGroups groups, int size) {
        int group = along == null ? -1 : along.group(0);
        if (group < 0 || groups.groups().get(group).size() != size) {
            return OptionalInt.empty();
        }
        for (int i = 0; i < size; i++) {
            if (along.group(i) != group || along.channel(i) != i) {
                return OptionalInt.empty();
            }
        }
        return OptionalInt.of(group);
    }

    /** In the order in which the layers given reach them. */
    public List<Entry> entries() {
        return entries;
    }
}
