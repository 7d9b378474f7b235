package dev.espalier.groupconv;

import dev.espalier.groupconv.structure.Permutation;
import java.util.stream.IntStream;

/**
 * The exact solution of a semi-assignment: each channel gets a block so that every block is full
 * and the sum of costs is least. Blocks have prices, and each channel that has a block has the one
 * of least cost minus price, which proves the optimum. First all channels take their best block;
 * those for which there is no room are moved in along shortest augmenting paths, of which blocks
 * are the nodes: O(n^2 blocks) for n channels, mostly far less.
 *
 * <p>Prices may begin anywhere. Blocks that are neighbours cost nearly the same in a shuffle, being
 * halves of one, so that the same problem is solved for blocks of twice the size first, and its
 * prices are the first ones for the halves, but for what these cost more on average.
 *
 * <p>After Kennington and Wang, A Shortest Augmenting Path Algorithm for the Semi-Assignment
 * Problem, 1992.
 */
final class SemiAssignment {
    private static final int NONE = -1;

    private final double[][] cost;
    private final int blocks;
    private final int room;
    private final double[] price;
    private final int[] blockOf;
    private final int[][] members;
    private final int[] count;

    /**
     * Of the path that is looked for: how far each block is, and which channel would move there.
     */
    private final double[] distance;

    private final int[] mover;

    /** Blocks that the path has not passed yet, then the others. */
    private final int[] open;

    private SemiAssignment(double[][] cost, int room, double[] price) {
        this.cost = cost;
        this.blocks = price.length;
        this.room = room;
        this.price = price;
        this.blockOf = new int[cost.length];
        this.members = new int[blocks][room];
        this.count = new int[blocks];
        this.distance = new double[blocks];
        this.mover = new int[blocks];
        this.open = new int[blocks];
    }

    /**
     * The channel at each place, those of a block in their own order.
     *
     * @param cost [channels][blocks], finite; as many channels for each block
     */
    static Permutation solve(double[][] cost) {
        int[] order = new int[cost.length];
        if (cost.length > 0) {
            SemiAssignment assignment = solved(cost);
            int[] next = new int[assignment.blocks];
            for (int channel = 0; channel < cost.length; channel++) {
                int block = assignment.blockOf[channel];
                order[block * assignment.room + next[block]++] = channel;
            }
        }
        return Permutation.of(order);
    }

    private static SemiAssignment solved(double[][] cost) {
        int blocks = cost[0].length;
        double[] price = means(cost);
        if (blocks % 2 == 0 && blocks > 2) {
            double[] coarse = solved(halved(cost)).price;
            for (int block = 0; block < blocks; block += 2) {
                double half = (price[block + 1] - price[block]) / 2;
                price[block] = coarse[block / 2] - half;
                price[block + 1] = coarse[block / 2] + half;
            }
        }
        SemiAssignment assignment = new SemiAssignment(cost, cost.length / blocks, price);
        for (int channel : assignment.settle()) {
            assignment.augment(channel);
        }
        return assignment;
    }

    /** What each block costs on average. */
    private static double[] means(double[][] cost) {
        double[] means = new double[cost[0].length];
        for (double[] costs : cost) {
            for (int block = 0; block < means.length; block++) {
                means[block] += costs[block] / cost.length;
            }
        }
        return means;
    }

    /** The mean costs of neighbouring blocks. */
    private static double[][] halved(double[][] cost) {
        double[][] halved = new double[cost.length][cost[0].length / 2];
        for (int channel = 0; channel < cost.length; channel++) {
            double[] all = cost[channel];
            double[] half = halved[channel];
            for (int block = 0; block < half.length; block++) {
                half[block] = (all[2 * block] + all[2 * block + 1]) / 2;
            }
        }
        return halved;
    }

    /** Gives each channel its best block, and returns those for which there was no room. */
    private int[] settle() {
        return IntStream.range(0, cost.length).filter(channel -> !settle(channel)).toArray();
    }

    private boolean settle(int channel) {
        double[] costs = cost[channel];
        int best = 0;
        for (int block = 1; block < blocks; block++) {
            boolean isBetter = costs[block] - price[block] < costs[best] - price[best];
            best = isBetter ? block : best;
        }
        blockOf[channel] = NONE;
        if (count[best] == room) {
            return false;
        }
        enter(channel, best);
        return true;
    }

    private void enter(int channel, int block) {
        members[block][count[block]++] = channel;
        blockOf[channel] = block;
    }

    private void leave(int channel) {
        int block = blockOf[channel];
        int[] all = members[block];
        int at = 0;
        while (all[at] != channel) {
            at++;
        }
        all[at] = all[--count[block]];
    }

    /** Moves a channel in along the shortest path to a block that has room. */
    private void augment(int channel) {
        for (int block = 0; block < blocks; block++) {
            distance[block] = Double.POSITIVE_INFINITY;
            open[block] = block;
        }
        int left = blocks;
        int at = reach(channel, 0, left);
        while (count[open[at]] == room) {
            int passed = open[at];
            open[at] = open[--left];
            open[left] = passed;
            for (int member : members[passed]) {
                double detour = distance[passed] - (cost[member][passed] - price[passed]);
                at = reach(member, detour, left);
            }
        }
        double whole = distance[open[at]];
        for (int i = left; i < blocks; i++) {
            price[open[i]] += distance[open[i]] - whole;
        }
        int to = open[at];
        int moved;
        do {
            moved = mover[to];
            int from = blockOf[moved];
            if (from != NONE) {
                leave(moved);
            }
            enter(moved, to);
            to = from;
        } while (moved != channel);
    }

    /**
     * Shortens ways to blocks that were not passed by one over which {@code channel} moves there.
     *
     * @param detour of the way to where it is, beyond what it costs there
     * @param left how many blocks were not passed, the first of {@link #open}
     * @return which of them is the nearest now; of several, one with room
     */
    private int reach(int channel, double detour, int left) {
        double[] costs = cost[channel];
        double least = Double.POSITIVE_INFINITY;
        int nearest = NONE;
        for (int i = 0; i < left; i++) {
            int block = open[i];
            double found = costs[block] - price[block] + detour;
            if (found < distance[block]) {
                distance[block] = found;
                mover[block] = channel;
            }
            double shortest = distance[block];
            if (shortest < least || shortest == least && count[block] < room) {
                least = shortest;
                nearest = i;
            }
        }
        return nearest;
    }
}
