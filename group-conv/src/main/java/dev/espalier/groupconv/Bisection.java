package dev.espalier.groupconv;

import dev.espalier.groupconv.structure.Permutation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A first shuffle, found from the coarsest cut to the finest: rows and columns are halved so that
 * little is left outside the two blocks, then each block is halved likewise. For given columns the
 * best half of the rows are those that have most more of the first half of the columns than of the
 * second; rows and columns take turns from random halves until nothing moves.
 *
 * <p>Coordinate descent on all levels at once, from random orders, stops at poor shuffles more
 * often, since what lies in fine blocks is chance as long as the coarse ones are wrong.
 */
final class Bisection {
    private static final int TRIES = 4;
    private static final int MOST_TURNS = 30;

    private final NormMatrix norms;
    private final NormMatrix transposed;
    private final Random random;
    private final int[] rows;
    private final int[] columns;

    private Bisection(NormMatrix norms, Random random) {
        this.norms = norms;
        this.transposed = norms.transposed();
        this.random = random;
        this.rows = Permutation.identity(norms.rows()).toArray();
        this.columns = Permutation.identity(norms.columns()).toArray();
    }

    static Shuffle of(NormMatrix norms, Random random) {
        Bisection bisection = new Bisection(norms, random);
        int depth = CostMatrix.depth(norms.rows(), norms.columns());
        for (int level = 0; level < depth; level++) {
            int height = norms.rows() >> level;
            int width = norms.columns() >> level;
            for (int block = 0; block < 1 << level; block++) {
                bisection.halve(block * height, height, block * width, width);
            }
        }
        return new Shuffle(Permutation.of(bisection.rows), Permutation.of(bisection.columns));
    }

    /** Orders one block so that most of it lies in its two diagonal quadrants. */
    private void halve(int top, int height, int left, int width) {
        double most = -1;
        int[] bestRows = null;
        int[] bestColumns = null;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int[] y = shuffled(Arrays.copyOfRange(rows, top, top + height));
            int[] x = shuffled(Arrays.copyOfRange(columns, left, left + width));
            double kept = settle(y, x);
            if (kept > most) {
                most = kept;
                bestRows = y;
                bestColumns = x;
            }
        }
        System.arraycopy(bestRows, 0, rows, top, height);
        System.arraycopy(bestColumns, 0, columns, left, width);
    }

    private int[] shuffled(int[] channels) {
        List<Integer> list = new ArrayList<>(Arrays.stream(channels).boxed().toList());
        Collections.shuffle(list, random);
        return list.stream().mapToInt(channel -> channel).toArray();
    }

    /** Sorts {@code y} and {@code x} in turns; returns what the diagonal quadrants then hold. */
    private double settle(int[] y, int[] x) {
        double before = -1;
        double kept = 0;
        for (int turn = 0; turn < MOST_TURNS && kept > before; turn++) {
            before = kept;
            sort(norms, y, x);
            kept = sort(transposed, x, y);
        }
        return kept;
    }

    /**
     * Sorts channels by how much more they have of the first half of the others than of the second.
     *
     * @param matrix whose rows are the channels to sort
     * @return what the diagonal quadrants then hold
     */
    private static double sort(NormMatrix matrix, int[] channels, int[] others) {
        double[] lean = new double[channels.length];
        Integer[] order = new Integer[channels.length];
        double total = 0;
        for (int i = 0; i < channels.length; i++) {
            order[i] = i;
            for (int j = 0; j < others.length; j++) {
                double norm = matrix.at(channels[i], others[j]);
                lean[i] += j < others.length / 2 ? norm : -norm;
                total += norm;
            }
        }
        Arrays.sort(order, (a, b) -> Double.compare(lean[b], lean[a]));
        int[] before = channels.clone();
        double difference = 0;
        for (int place = 0; place < order.length; place++) {
            channels[place] = before[order[place]];
            difference += place < order.length / 2 ? lean[order[place]] : -lean[order[place]];
        }
        return (total + difference) / 2;
    }
}
