package dev.espalier.groupconv;

import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import java.util.ArrayList;
import java.util.List;

/**
 * The orders of a layer's channels in which its groups are blocks on the diagonal.
 *
 * @param outputs the output channel at each row, P of the paper
 * @param inputs the input channel at each column, Q of the paper
 */
record Shuffle(Permutation outputs, Permutation inputs) {
    /** Channels as they are. */
    static Shuffle none(int outputs, int inputs) {
        return new Shuffle(Permutation.identity(outputs), Permutation.identity(inputs));
    }

    /**
     * ShuffleNet's: each group reads equally much of every group of the layer before. See Zhang et
     * al., ShuffleNet, 2018, figure 1.
     */
    static Shuffle interleaved(int outputs, int inputs, int groups) {
        int[] order = new int[inputs];
        for (int place = 0; place < inputs; place++) {
            order[place] = place % groups * (inputs / groups) + place / groups;
        }
        return new Shuffle(Permutation.identity(outputs), Permutation.of(order));
    }

    /** The matrix in these orders. */
    NormMatrix order(NormMatrix norms) {
        return norms.ordered(outputs, inputs);
    }

    GroupStructure structure(int groups) {
        return new GroupStructure(groups, outputs, inputs);
    }

    /**
     * The share of all norms that lies in the blocks of 1, 2, 4, .. groups, as far as both sides
     * can be halved: {@code sum (S * U_g) / sum S}. All of it where all norms are 0.
     */
    List<Double> kept(NormMatrix norms) {
        NormMatrix ordered = order(norms);
        double total = ordered.total();
        List<Double> kept = new ArrayList<>();
        for (int level = 0; level <= CostMatrix.depth(norms.rows(), norms.columns()); level++) {
            kept.add(total == 0 || level == 0 ? 1 : inBlocks(ordered, 1 << level) / total);
        }
        return kept;
    }

    private static double inBlocks(NormMatrix ordered, int groups) {
        int height = ordered.rows() / groups;
        int width = ordered.columns() / groups;
        double sum = 0;
        for (int row = 0; row < ordered.rows(); row++) {
            int first = row / height * width;
            for (int column = first; column < first + width; column++) {
                sum += ordered.at(row, column);
            }
        }
        return sum;
    }
}
