package dev.espalier.quantize.internal.weights;

import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.WeightType;

/** Gives every weight the code nearest to it. */
public final class NearestRounding {
    private NearestRounding() {}

    /**
     * @param columns N columns of K weights
     */
    public static BlockWeight of(float[] columns, int k, int n, WeightType type, Blocks blocks) {
        BlockWeight result = new BlockWeight(k, n, type, blocks.size());
        double[] column = new double[k];
        for (int c = 0; c < n; c++) {
            for (int row = 0; row < k; row++) {
                column[row] = columns[c * k + row];
            }
            for (int block = 0; block < result.blocks(); block++) {
                int from = block * blocks.size();
                result.setGrid(
                        c, block, BlockGrid.of(column, from, result.end(block), type, blocks));
            }
            for (int row = 0; row < k; row++) {
                result.put(c, row, column[row]);
            }
        }
        return result;
    }
}
