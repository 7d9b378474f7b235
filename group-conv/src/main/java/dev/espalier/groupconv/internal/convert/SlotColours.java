package dev.espalier.groupconv.internal.convert;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which channels may stand in which places: both carry colours, of equally many channels and
 * places, and a channel stands in a place of its colour. Every layer side that is accepted splits
 * colours, so that what was accepted before still holds.
 */
final class SlotColours {
    private final int[] ofPlaces;
    private final int[] ofChannels;

    SlotColours(int size) {
        ofPlaces = new int[size];
        ofChannels = new int[size];
    }

    /**
     * Lets the channels of each label stand in one block of places.
     *
     * @param blocks the block of each place
     * @param labels the label of each channel
     * @param given the label that a block has to have, -1 where any will do
     * @return false, with nothing changed, where what was accepted before does not allow it
     */
    boolean accept(int[] blocks, int[] labels, int[] given) {
        int count = given.length;
        List<Map<Integer, Integer>> places = counts(ofPlaces, blocks, count);
        List<Map<Integer, Integer>> channels = counts(ofChannels, labels, count);
        int[] blockOfLabel = new int[count];
        java.util.Arrays.fill(blockOfLabel, -1);
        for (int block = 0; block < count; block++) {
            int label = given[block];
            if (label >= 0) {
                if (blockOfLabel[label] >= 0 || !places.get(block).equals(channels.get(label))) {
                    return false;
                }
                blockOfLabel[label] = block;
            }
        }
        Map<Map<Integer, Integer>, Deque<Integer>> open = new HashMap<>();
        for (int label = 0; label < count; label++) {
            if (blockOfLabel[label] < 0) {
                open.computeIfAbsent(channels.get(label), k -> new ArrayDeque<>()).add(label);
            }
        }
        for (int block = 0; block < count; block++) {
            if (given[block] < 0) {
                Deque<Integer> matching = open.get(places.get(block));
                if (matching == null || matching.isEmpty()) {
                    return false;
                }
                blockOfLabel[matching.poll()] = block;
            }
        }
        split(blocks, labels, blockOfLabel);
        return true;
    }

    /** How many of each colour have each label. */
    private static List<Map<Integer, Integer>> counts(int[] colours, int[] labels, int count) {
        List<Map<Integer, Integer>> counts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            counts.add(new HashMap<>());
        }
        for (int i = 0; i < colours.length; i++) {
            counts.get(labels[i]).merge(colours[i], 1, Integer::sum);
        }
        return counts;
    }

    private void split(int[] blocks, int[] labels, int[] blockOfLabel) {
        Map<Long, Integer> renamed = new HashMap<>();
        for (int i = 0; i < ofPlaces.length; i++) {
            ofPlaces[i] = renamed(renamed, ofPlaces[i], blocks[i]);
        }
        for (int i = 0; i < ofChannels.length; i++) {
            ofChannels[i] = renamed(renamed, ofChannels[i], blockOfLabel[labels[i]]);
        }
    }

    private static int renamed(Map<Long, Integer> renamed, int colour, int block) {
        return renamed.computeIfAbsent((long) colour << 32 | block, k -> renamed.size());
    }

    /** The channel at each place: those of one colour in ascending order. */
    int[] order() {
        Map<Integer, Deque<Integer>> byColour = new HashMap<>();
        for (int channel = 0; channel < ofChannels.length; channel++) {
            byColour.computeIfAbsent(ofChannels[channel], k -> new ArrayDeque<>()).add(channel);
        }
        int[] order = new int[ofPlaces.length];
        for (int place = 0; place < order.length; place++) {
            order[place] = byColour.get(ofPlaces[place]).poll();
        }
        return order;
    }
}
