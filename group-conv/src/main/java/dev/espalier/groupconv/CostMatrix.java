package dev.espalier.groupconv;

import java.util.Arrays;

/**
 * The matrix R [Co, Ci] of the paper: what it costs to have weight outside the blocks of ever finer
 * groups. The two quadrants off the diagonal cost 1; those on it are cut again, at a cost of {@code
 * power}, then of {@code power^2}, until a side is odd; what is left on the diagonal is free.
 *
 * <pre>
 *   R(4, 4) =  0 .5  1  1          cut to one level:  0 0 1 1
 *             .5  0  1  1                             0 0 1 1
 *              1  1  0 .5                             1 1 0 0
 *              1  1 .5  0                             1 1 0 0
 * </pre>
 *
 * @param levels how often it is cut at most; R_g of the paper is cut g times
 */
record CostMatrix(int rows, int columns, double power, int levels) {
    /** The matrix cut as often as its sides allow. */
    static CostMatrix full(int rows, int columns, double power) {
        return new CostMatrix(rows, columns, power, depth(rows, columns));
    }

    /** How often both sides can be halved. */
    static int depth(int rows, int columns) {
        return Integer.numberOfTrailingZeros(rows | columns);
    }

    /** R_g: the same matrix, cut {@code most} times or fewer. */
    CostMatrix cut(int most) {
        return new CostMatrix(rows, columns, power, Math.min(most, levels));
    }

    double at(int row, int column) {
        double cost = 1;
        for (int level = 1; level <= levels; level++) {
            if (row / (rows >> level) != column / (columns >> level)) {
                return cost;
            }
            cost *= power;
        }
        return 0;
    }

    /** {@code sum S * R} of a matrix whose rows and columns are in order. */
    double loss(NormMatrix ordered) {
        double loss = 0;
        double[][] costs = rowCosts(ordered);
        for (int row = 0; row < rows; row++) {
            loss += costs[row][row / (rows >> levels)];
        }
        return loss;
    }

    /**
     * What each row would cost at each place: {@code M[k, r] = sum_j R[r, j] S[k, j]}, in O(Co Ci)
     * and a little, since R is constant on blocks, and the same for all places of one finest block.
     *
     * @param s with columns in order, and rows in any
     * @return M, of each row k at each finest block of places
     */
    double[][] rowCosts(NormMatrix s) {
        double[][] sums = new double[levels + 1][];
        for (int level = 0; level <= levels; level++) {
            sums[level] = new double[1 << level];
        }
        double[][] costs = new double[s.rows()][];
        for (int k = 0; k < s.rows(); k++) {
            blockSums(s, k, sums);
            costs[k] = costs(sums);
        }
        return costs;
    }

    /** Leaves in {@code sums[level][block]} what row k holds in each block of columns. */
    private void blockSums(NormMatrix s, int k, double[][] sums) {
        double[] finest = sums[levels];
        Arrays.fill(finest, 0);
        int width = columns >> levels;
        for (int column = 0; column < columns; column++) {
            finest[column / width] += s.at(k, column);
        }
        for (int level = levels - 1; level >= 0; level--) {
            for (int block = 0; block < sums[level].length; block++) {
                sums[level][block] = sums[level + 1][2 * block] + sums[level + 1][2 * block + 1];
            }
        }
    }

    /** In each finest block, the sums of all its siblings at the cost of their level. */
    private double[] costs(double[][] sums) {
        double[] costs = {0};
        double cost = 1;
        for (int level = 1; level <= levels; level++) {
            double[] finer = new double[1 << level];
            for (int block = 0; block < finer.length; block++) {
                finer[block] = costs[block / 2] + cost * sums[level][block ^ 1];
            }
            costs = finer;
            cost *= power;
        }
        return costs;
    }

    CostMatrix transposed() {
        return new CostMatrix(columns, rows, power, levels);
    }
}
