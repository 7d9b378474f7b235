package dev.espalier.groupconv.internal.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Chooses one order for the channels of every group, so that the Gathers left move the fewest
 * elements: groups are decided one after the other, those first whose layers reach decided ones,
 * and then changed while that helps. For a group, each layer side in turn leads: its channels are
 * sorted into the layer's groups, and the other sides follow as far as they agree ({@link
 * SlotColours}).
 */
final class OrderSearch {
    /** Sides that may lead; the sides of a group beyond them only follow. */
    private static final int MOST_LEADERS = 16;

    private static final int MOST_ROUNDS = 10;

    /** One side of one layer. */
    record Reach(StructuredLayer layer, boolean reads) {
        LayerSide side() {
            return layer.side(reads);
        }

        LayerSide opposite() {
            return layer.side(!reads);
        }
    }

    private final List<StructuredLayer> layers;
    private final int[] sizes;
    private final List<List<Reach>> reaches = new ArrayList<>();

    /**
     * @param sizes channels of each group; 0 for one that keeps its order
     */
    OrderSearch(List<StructuredLayer> layers, int[] sizes) {
        this.layers = layers;
        this.sizes = sizes;
        for (int group = 0; group < sizes.length; group++) {
            List<Reach> found = new ArrayList<>();
            for (StructuredLayer layer : layers) {
                for (boolean reads : new boolean[] {true, false}) {
                    if (layer.side(reads).groups().contains(group)) {
                        found.add(new Reach(layer, reads));
                    }
                }
            }
            found.sort(Comparator.comparingLong((Reach r) -> -r.side().elements()));
            reaches.add(found);
        }
    }

    /** By group, which channel stands in each channel's place; null where none is asked for. */
    int[][] search() {
        int[][] grown = new int[sizes.length][];
        int[][] still = new int[sizes.length][];
        for (int group = 0; group < sizes.length; group++) {
            boolean isIdle = reaches.get(group).isEmpty();
            still[group] = IntStream.range(0, sizes[group]).toArray();
            grown[group] = isIdle ? still[group] : null;
        }
        for (int next = next(grown); next >= 0; next = next(grown)) {
            grown[next] = best(next, grown);
        }
        improve(grown);
        improve(still);
        return cost(grown) < cost(still) ? grown : still;
    }

    private long cost(int[][] orders) {
        return layers.stream().mapToLong(layer -> layer.cost(orders)).sum();
    }

    /** The open group with the most elements between it and decided ones; -1 where none is open. */
    private int next(int[][] orders) {
        int best = -1;
        long most = -1;
        for (int group = 0; group < orders.length; group++) {
            if (orders[group] == null) {
                long decided = 0;
                long all = 0;
                for (Reach reach : reaches.get(group)) {
                    long elements = reach.side().elements();
                    all += elements;
                    decided += reach.opposite().isDecided(orders) ? elements : 0;
                }
                long weight = decided > 0 ? Long.MAX_VALUE / 2 + decided : all;
                if (weight > most) {
                    most = weight;
                    best = group;
                }
            }
        }
        return best;
    }

    private void improve(int[][] orders) {
        boolean changed = true;
        for (int round = 0; changed && round < MOST_ROUNDS; round++) {
            changed = false;
            for (int group = 0; group < orders.length; group++) {
                if (reaches.get(group).isEmpty() || local(group, orders) == 0) {
                    continue;
                }
                int[] old = orders[group];
                long before = cost(orders);
                orders[group] = best(group, orders);
                if (cost(orders) < before) {
                    changed = true;
                } else {
                    orders[group] = old;
                }
            }
        }
    }

    /** What the layers around a group cost. */
    private long local(int group, int[][] orders) {
        return reaches.get(group).stream()
                .map(Reach::layer)
                .distinct()
                .mapToLong(layer -> layer.cost(orders))
                .sum();
    }

    private int[] best(int group, int[][] orders) {
        int[][] trial = orders.clone();
        int[] best = IntStream.range(0, sizes[group]).toArray();
        trial[group] = best;
        long least = local(group, trial);
        int leaders = Math.min(MOST_LEADERS, reaches.get(group).size());
        for (int leader = 0; leader < leaders && least > 0; leader++) {
            trial[group] = null;
            int[] order = led(group, reaches.get(group).get(leader), trial);
            trial[group] = order;
            long cost = local(group, trial);
            if (cost < least) {
                least = cost;
                best = order;
            }
        }
        return best;
    }

    /** Orders a group after {@code leader}, then sides whose sequence is given, then the others. */
    private int[] led(int group, Reach leader, int[][] orders) {
        SlotColours colours = new SlotColours(sizes[group]);
        accept(colours, group, leader, orders);
        for (boolean isGiven : new boolean[] {true, false}) {
            for (Reach reach : reaches.get(group)) {
                boolean given =
                        reach.opposite().isDecided(orders)
                                && reach.opposite().sequence(orders) != null;
                if (given == isGiven && !reach.equals(leader)) {
                    accept(colours, group, reach, orders);
                }
            }
        }
        return colours.order();
    }

    private static void accept(SlotColours colours, int group, Reach reach, int[][] orders) {
        int[] places = reach.side().places(group);
        int[] sequence = given(group, reach, orders);
        if (places == null || sequence == null) {
            return;
        }
        int width = reach.side().size() / reach.side().blocks();
        int[] blocks = Arrays.stream(places).map(place -> place / width).toArray();
        int[] labels = Arrays.stream(places).map(reach.side()::label).toArray();
        if (!colours.accept(blocks, labels, natural(sequence))) {
            colours.accept(blocks, labels, sequence);
        }
    }

    /**
     * Groups in their own sequence where any would do: layers that were given one order together
     * then agree on it wherever the search begins.
     */
    private static int[] natural(int[] sequence) {
        boolean[] taken = new boolean[sequence.length];
        Arrays.stream(sequence).filter(label -> label >= 0).forEach(label -> taken[label] = true);
        int[] natural = sequence.clone();
        for (int block = 0; block < natural.length; block++) {
            if (natural[block] < 0 && !taken[block]) {
                natural[block] = block;
            }
        }
        return natural;
    }

    /**
     * The layer's group that has to stand in each block of positions, -1 where any may: what the
     * layer's other side has there, and what other groups' channels on this side belong to. Null
     * where these contradict each other.
     */
    private static int[] given(int group, Reach reach, int[][] orders) {
        LayerSide side = reach.side();
        int[] sequence = new int[side.blocks()];
        Arrays.fill(sequence, -1);
        int width = side.size() / side.blocks();
        for (int i = 0; i < side.size(); i++) {
            int label = side.belongs(i, group) ? -1 : side.label(i, orders);
            if (!put(sequence, i / width, label)) {
                return null;
            }
        }
        Set<Integer> others = reach.opposite().groups();
        int[] opposite =
                !others.contains(group) && reach.opposite().isDecided(orders)
                        ? reach.opposite().sequence(orders)
                        : null;
        for (int block = 0; opposite != null && block < sequence.length; block++) {
            if (!put(sequence, block, opposite[block])) {
                return null;
            }
        }
        return sequence;
    }

    private static boolean put(int[] sequence, int block, int label) {
        if (label >= 0 && sequence[block] >= 0 && sequence[block] != label) {
            return false;
        }
        sequence[block] = Math.max(sequence[block], label);
        return true;
    }
}
