package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.AxisChannels;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.groupconv.structure.Permutation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The channels that a layer reads, or those it makes, and into which of its groups each belongs.
 * Under an order of channels the side is aligned where every group finds its channels side by side,
 * beginning at a multiple of their number.
 */
final class LayerSide {
    private final int[] labels;
    private final int blocks;
    private final long elements;
    private final AxisChannels along;
    private final Map<Integer, int[][]> positions = new HashMap<>();

    /**
     * @param structured the channels of group 0, then of group 1 and so on
     * @param along the free channels of the axis; null where there are none
     * @param elements how many elements a Gather on this side would move
     */
    LayerSide(
            Permutation structured,
            int blocks,
            ChannelGroups groups,
            AxisChannels along,
            Set<Integer> kept,
            long elements) {
        this.labels = new int[structured.size()];
        this.blocks = blocks;
        this.elements = elements;
        this.along = along;
        for (int i = 0; i < labels.length; i++) {
            labels[structured.at(i)] = i / (labels.length / blocks);
        }
        for (int i = 0; along != null && i < labels.length; i++) {
            int group = along.group(i);
            if (group >= 0 && !kept.contains(group)) {
                ChannelGroup members = groups.groups().get(group);
                int[][] places = positions.computeIfAbsent(group, k -> new int[members.size()][0]);
                int channel = along.channel(i);
                int place = along.place(i);
                if (places[channel].length <= place) {
                    places[channel] = Arrays.copyOf(places[channel], place + 1);
                }
                places[channel][place] = i;
            }
        }
    }

    int size() {
        return labels.length;
    }

    int blocks() {
        return blocks;
    }

    long elements() {
        return elements;
    }

    /** The groups whose channels lie here and may change places. */
    Set<Integer> groups() {
        return positions.keySet();
    }

    /** Where the channels of a group stand; null unless each stands here once. */
    int[] places(int group) {
        int[][] places = positions.get(group);
        return places != null && places[0].length == 1
                ? Arrays.stream(places).mapToInt(each -> each[0]).toArray()
                : null;
    }

    /** The group of the layer that the channel at an old position belongs to. */
    int label(int position) {
        return labels[position];
    }

    /** The same for a new position; -1 where {@code orders} leaves open which channel is there. */
    int label(int position, int[][] orders) {
        int group = along == null ? -1 : along.group(position);
        if (group < 0 || !positions.containsKey(group)) {
            return labels[position];
        }
        int[] order = orders[group];
        return order == null
                ? -1
                : labels[
                        positions
                                .get(group)[order[along.channel(position)]][along.place(position)]];
    }

    /** Whether {@code group} moves the channel at this position. */
    boolean belongs(int position, int group) {
        return along != null && along.group(position) == group && positions.containsKey(group);
    }

    boolean isDecided(int[][] orders) {
        return positions.keySet().stream().allMatch(group -> orders[group] != null);
    }

    /** The layer's group in each block of positions; null where the side is not aligned. */
    int[] sequence(int[][] orders) {
        int[] sequence = new int[blocks];
        int width = labels.length / blocks;
        for (int i = 0; i < labels.length; i++) {
            int label = label(i, orders);
            if (i % width == 0) {
                sequence[i / width] = label;
            } else if (sequence[i / width] != label) {
                return null;
            }
        }
        return sequence;
    }

    /** The new positions of the channels of each of the layer's groups, in the order given. */
    Permutation gathered(int[] sequence, int[][] orders) {
        int[] now = IntStream.range(0, labels.length).map(i -> label(i, orders)).toArray();
        return Permutation.of(
                Arrays.stream(sequence)
                        .flatMap(
                                block ->
                                        IntStream.range(0, now.length).filter(i -> now[i] == block))
                        .toArray());
    }
}
